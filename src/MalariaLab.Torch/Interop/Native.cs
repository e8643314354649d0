using System.Runtime.InteropServices;

namespace MalariaLab.Torch.Interop;

/// <summary>The C interface of src/native/torch; the header there says who owns what.</summary>
internal static unsafe partial class Native
{
    internal const string Library = "malarialab_torch";

    static Native() => NativeLibraries.Prepare();

    [LibraryImport(Library)] internal static partial byte* mlt_last_error();
    [LibraryImport(Library)] internal static partial long mlt_last_error_bytes();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mlt_operator_find(string name, string overload, out nint result);
    [LibraryImport(Library)]
    internal static partial int mlt_operator_call(nint op, NativeValue* arguments, int count, NativeValue* results, int capacity, out int resultCount);

    [LibraryImport(Library)] internal static partial void mlt_tensor_free(nint tensor);
    [LibraryImport(Library)] internal static partial long mlt_live_tensors();
    [LibraryImport(Library)] internal static partial int mlt_tensor_wrap(void* data, long* sizes, int dims, int dtype, out nint result);
    [LibraryImport(Library)] internal static partial int mlt_tensor_copy_in(void* data, long* sizes, int dims, int dtype, out nint result);
    [LibraryImport(Library)] internal static partial int mlt_tensor_copy_out(TensorHandle tensor, void* destination, long bytes);
    [LibraryImport(Library)] internal static partial int mlt_tensor_data(TensorHandle tensor, out void* result);
    [LibraryImport(Library)] internal static partial int mlt_tensor_alias(TensorHandle tensor, out nint result);
    [LibraryImport(Library)] internal static partial int mlt_tensor_dims(TensorHandle tensor);
    [LibraryImport(Library)] internal static partial void mlt_tensor_sizes(TensorHandle tensor, long* sizes);
    [LibraryImport(Library)] internal static partial int mlt_tensor_strides(TensorHandle tensor, long* strides);
    [LibraryImport(Library)] internal static partial long mlt_tensor_numel(TensorHandle tensor);
    [LibraryImport(Library)] internal static partial int mlt_tensor_dtype(TensorHandle tensor);
    [LibraryImport(Library)] internal static partial int mlt_tensor_device(TensorHandle tensor);
    [LibraryImport(Library)] internal static partial int mlt_tensor_is_contiguous(TensorHandle tensor, int memoryFormat, out int result);
    [LibraryImport(Library)] internal static partial int mlt_tensor_item(TensorHandle tensor, out double real, out long integer);

    [LibraryImport(Library)] internal static partial int mlt_shard_group_new(out nint result);
    [LibraryImport(Library)] internal static partial void mlt_shard_group_free(nint group);
    [LibraryImport(Library)] internal static partial int mlt_shard_group_begin(ShardGroupHandle group, int members, int atOnce);
    [LibraryImport(Library)] internal static partial void mlt_shard_group_enter(ShardGroupHandle group);
    [LibraryImport(Library)] internal static partial void mlt_shard_group_leave(ShardGroupHandle group);
    [LibraryImport(Library)] internal static partial void mlt_shard_group_abort(ShardGroupHandle group);
    [LibraryImport(Library)]
    internal static partial int mlt_sharded_batch_norm(
        TensorHandle input, TensorHandle weight, TensorHandle bias, TensorHandle runningMean, TensorHandle runningVar,
        double momentum, double epsilon, int relu, ShardGroupHandle group, int member, out nint result);
    [LibraryImport(Library)] internal static partial int mlt_small_map_conv2d(TensorHandle input, TensorHandle weight, nint bias, long stride, long margin, out nint result);
    [LibraryImport(Library)] internal static partial int mlt_relu_max_pool2d(TensorHandle input, long kernel, long stride, out nint result);

    [LibraryImport(Library)] internal static partial int mlt_tensor_requires_grad(TensorHandle tensor);
    [LibraryImport(Library)] internal static partial int mlt_tensor_set_requires_grad(TensorHandle tensor, int value);
    [LibraryImport(Library)] internal static partial int mlt_tensor_is_leaf(TensorHandle tensor);
    [LibraryImport(Library)] internal static partial int mlt_tensor_grad(TensorHandle tensor, out nint result);
    [LibraryImport(Library)] internal static partial int mlt_tensor_set_grad(TensorHandle tensor, nint grad);
    [LibraryImport(Library)] internal static partial int mlt_backward(TensorHandle loss, nint gradient, int retainGraph);
    [LibraryImport(Library)]
    internal static partial int mlt_grad(TensorHandle output, nint gradient, nint* inputs, int count, int retainGraph, int createGraph, nint* results);
    [LibraryImport(Library)] internal static partial int mlt_grad_enabled();
    [LibraryImport(Library)] internal static partial void mlt_set_grad_enabled(int value);
    [LibraryImport(Library)] internal static partial int mlt_inference_mode_begin(out nint result);
    [LibraryImport(Library)] internal static partial int mlt_autocast_begin(int deviceType, int dtype, int enabled, out nint result);
    [LibraryImport(Library)] internal static partial void mlt_guard_end(nint guard);

    [LibraryImport(Library)] internal static partial int mlt_manual_seed(ulong seed);
    [LibraryImport(Library)] internal static partial int mlt_generator_new(int device, ulong seed, out nint result);
    [LibraryImport(Library)] internal static partial int mlt_generator_default(int device, out nint result);
    [LibraryImport(Library)] internal static partial void mlt_generator_free(nint generator);
    [LibraryImport(Library)] internal static partial int mlt_generator_seed(GeneratorHandle generator, ulong seed);
    [LibraryImport(Library)] internal static partial int mlt_generator_get_state(GeneratorHandle generator, out nint result);
    [LibraryImport(Library)] internal static partial int mlt_generator_set_state(GeneratorHandle generator, TensorHandle state);

    [LibraryImport(Library)] internal static partial byte* mlt_version();
    [LibraryImport(Library)] internal static partial int mlt_describe(byte* buffer, long capacity);
    [LibraryImport(Library)] internal static partial int mlt_get_num_threads();
    [LibraryImport(Library)] internal static partial int mlt_set_num_threads(int n);
    [LibraryImport(Library)] internal static partial int mlt_set_num_threads_here(int n);
    [LibraryImport(Library)] internal static partial void mlt_keep_freed_memory();
    [LibraryImport(Library)] internal static partial int mlt_set_deterministic(int enabled, int warnOnly);
    [LibraryImport(Library)] internal static partial int mlt_get_deterministic();
    [LibraryImport(Library)] internal static partial int mlt_get_switch(int which);
    [LibraryImport(Library)] internal static partial int mlt_set_switch(int which, int value);

    [LibraryImport(Library)]
    internal static partial int mlt_optimizer_step(NativeOptimizer* rule, TensorHandle parameters, TensorHandle gradients, nint state0, nint state1, nint state2);
    [LibraryImport(Library)] internal static partial int mlt_ema_update(TensorHandle average, TensorHandle parameters, double decay);
    [LibraryImport(Library)] internal static partial int mlt_sum_buffers(TensorHandle destination, nint* sources, int count, double scale);
    [LibraryImport(Library)] internal static partial int mlt_global_norm(TensorHandle buffer, out double result);

    [LibraryImport(Library)] internal static partial int mlt_cuda_built();
    [LibraryImport(Library)] internal static partial int mlt_cuda_is_available();
    [LibraryImport(Library)] internal static partial int mlt_cuda_device_count();
    [LibraryImport(Library)] internal static partial int mlt_cuda_device_name(int device, byte* buffer, int capacity, out int major, out int minor);
    [LibraryImport(Library)] internal static partial int mlt_cuda_current_device(out int result);
    [LibraryImport(Library)] internal static partial int mlt_cuda_set_device(int device);
    [LibraryImport(Library)] internal static partial int mlt_cuda_synchronize(int device);
    [LibraryImport(Library)] internal static partial int mlt_cuda_empty_cache();
    [LibraryImport(Library)] internal static partial int mlt_cuda_memory(int device, long* values);
    [LibraryImport(Library)] internal static partial int mlt_cuda_reset_peak(int device);
    [LibraryImport(Library)] internal static partial int mlt_cuda_graph_new(out nint result);
    [LibraryImport(Library)] internal static partial void mlt_cuda_graph_free(nint graph);
    [LibraryImport(Library)] internal static partial int mlt_cuda_graph_begin(nint graph);
    [LibraryImport(Library)] internal static partial int mlt_cuda_graph_end(nint graph);
    [LibraryImport(Library)] internal static partial int mlt_cuda_graph_replay(nint graph);
    [LibraryImport(Library)] internal static partial int mlt_cuda_side_stream_begin(out nint result);

    /// <summary>Turns a status other than 0 into the exception that carries the shim's sentence.</summary>
    internal static void Check(int status)
    {
        if (status != 0)
            Throw(status);
    }

    private static void Throw(int status)
    {
        var message = Marshal.PtrToStringUTF8((nint)mlt_last_error()) ?? "LibTorch failed without a message.";
        throw status switch
        {
            2 => new TorchOutOfMemoryException(message, mlt_last_error_bytes() is >= 0 and var bytes ? bytes : null),
            3 => new TorchUnavailableException(message),
            _ => new TorchException(message),
        };
    }
}
