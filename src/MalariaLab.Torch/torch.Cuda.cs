using System.Runtime.InteropServices;
using MalariaLab.Torch.Interop;

namespace MalariaLab.Torch;

/// <summary>What a GPU is.</summary>
/// <param name="Index">Its number.</param>
/// <param name="Name">As its driver says.</param>
/// <param name="Major">Compute capability before the point.</param>
/// <param name="Minor">Compute capability behind the point.</param>
public sealed record CudaDeviceProperties(int Index, string Name, int Major, int Minor);

/// <summary>Memory of a GPU in bytes: of the whole device, and what this process's allocator holds.</summary>
public sealed record CudaMemory(long Free, long Total, long Allocated, long PeakAllocated, long Reserved, long PeakReserved);

public static unsafe partial class torch
{
    /// <summary>The GPUs. Without one, or in a build without CUDA, all but the questions whether there is one throw.</summary>
    public static class cuda
    {
        /// <summary>Whether LibTorch was built with CUDA.</summary>
        public static bool is_built() => Native.mlt_cuda_built() != 0;

        /// <summary>Whether a GPU can be used.</summary>
        public static bool is_available() => Native.mlt_cuda_is_available() != 0;

        /// <summary>How many GPUs there are.</summary>
        public static int device_count() => Native.mlt_cuda_device_count();

        /// <summary>Name and compute capability.</summary>
        public static CudaDeviceProperties get_device_properties(int device = 0)
        {
            const int capacity = 256;
            var buffer = stackalloc byte[capacity];
            Native.Check(Native.mlt_cuda_device_name(device, buffer, capacity, out var major, out var minor));
            return new CudaDeviceProperties(device, Marshal.PtrToStringUTF8((nint)buffer)!, major, minor);
        }

        /// <summary>The device that "cuda" without a number means on this thread.</summary>
        public static int current_device()
        {
            Native.Check(Native.mlt_cuda_current_device(out var device));
            return device;
        }

        /// <summary>Chooses the device that "cuda" without a number means on this thread.</summary>
        public static void set_device(int device) => Native.Check(Native.mlt_cuda_set_device(device));

        /// <summary>Waits until the device has done all that was asked of it.</summary>
        public static void synchronize(int device = 0) => Native.Check(Native.mlt_cuda_synchronize(device));

        /// <summary>Gives memory that the allocator keeps for later back to the device.</summary>
        public static void empty_cache() => Native.Check(Native.mlt_cuda_empty_cache());

        /// <summary>Memory now, and at its peak since <see cref="reset_peak_memory_stats"/>.</summary>
        public static CudaMemory memory_stats(int device = 0)
        {
            var values = stackalloc long[6];
            Native.Check(Native.mlt_cuda_memory(device, values));
            return new CudaMemory(values[0], values[1], values[2], values[3], values[4], values[5]);
        }

        /// <summary>Starts the peaks anew.</summary>
        public static void reset_peak_memory_stats(int device = 0) => Native.Check(Native.mlt_cuda_reset_peak(device));

        /// <summary>Seeds the default generators of all devices.</summary>
        public static void manual_seed_all(ulong seed) => Native.Check(Native.mlt_manual_seed(seed));

        /// <summary>
        /// Until it ends, this thread's kernels run on a stream of their own: the steps that warm up a <see cref="CUDAGraph"/> have to.
        /// </summary>
        public static IDisposable side_stream()
        {
            Native.Check(Native.mlt_cuda_side_stream_begin(out var guard));
            return new NativeGuard(guard);
        }
    }
}

/// <summary>
/// A recorded sequence of kernels that runs again with one launch. Tensors it reads and writes stay where they are: write new
/// input into the same tensors with copy_.
/// </summary>
public sealed class CUDAGraph : IDisposable
{
    private nint graph;

    /// <summary>An empty graph.</summary>
    /// <exception cref="TorchUnavailableException">This build has no CUDA.</exception>
    public CUDAGraph() => Native.Check(Native.mlt_cuda_graph_new(out graph));

    /// <summary>Records what <paramref name="work"/> asks of the device, without running it.</summary>
    public void Capture(Action work)
    {
        ObjectDisposedException.ThrowIf(graph == 0, this);
        Native.Check(Native.mlt_cuda_graph_begin(graph));
        try
        {
            work();
        }
        catch
        {
            _ = Native.mlt_cuda_graph_end(graph);
            throw;
        }
        Native.Check(Native.mlt_cuda_graph_end(graph));
    }

    /// <summary>Runs what was recorded.</summary>
    public void replay()
    {
        ObjectDisposedException.ThrowIf(graph == 0, this);
        Native.Check(Native.mlt_cuda_graph_replay(graph));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Native.mlt_cuda_graph_free(graph);
        graph = 0;
    }
}
