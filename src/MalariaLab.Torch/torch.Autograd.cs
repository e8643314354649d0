using MalariaLab.Torch.Interop;

namespace MalariaLab.Torch;

public static unsafe partial class torch
{
    /// <summary>Until it ends, this thread records no operations for backward.</summary>
    public static IDisposable no_grad() => new GradMode(false);

    /// <summary>Until it ends, this thread records operations for backward, also inside <see cref="no_grad"/>.</summary>
    public static IDisposable enable_grad(bool enabled = true) => new GradMode(enabled);

    /// <summary>Whether this thread records operations.</summary>
    public static bool is_grad_enabled() => Native.mlt_grad_enabled() != 0;

    /// <summary>As <see cref="no_grad"/> and faster; its tensors can never take part in backward.</summary>
    public static IDisposable inference_mode()
    {
        Native.Check(Native.mlt_inference_mode_begin(out var guard));
        return new NativeGuard(guard);
    }

    /// <summary>
    /// Until it ends, operations of this thread that gain by it compute in <paramref name="dtype"/>. bfloat16 needs no loss scaling.
    /// </summary>
    public static IDisposable autocast(DeviceType device, ScalarType dtype = ScalarType.BFloat16, bool enabled = true)
    {
        Native.Check(Native.mlt_autocast_begin((int)device, (int)dtype, enabled ? 1 : 0, out var guard));
        return new NativeGuard(guard);
    }

    /// <summary>Gradients as values, without touching any tensor's grad.</summary>
    public static class autograd
    {
        /// <summary>Gradient of <paramref name="output"/> by each input; null where an input had no part in it.</summary>
        public static Tensor?[] grad(Tensor output, Tensor[] inputs, Tensor? grad_output = null, bool retain_graph = false, bool create_graph = false)
        {
            var handles = stackalloc nint[inputs.Length];
            var results = stackalloc nint[inputs.Length];
            for (var i = 0; i < inputs.Length; i++)
                handles[i] = inputs[i].Handle.DangerousGetHandle();
            Native.Check(Native.mlt_grad(output.Handle, grad_output?.Handle.DangerousGetHandle() ?? 0, handles, inputs.Length,
                retain_graph || create_graph ? 1 : 0, create_graph ? 1 : 0, results));
            GC.KeepAlive(inputs);
            GC.KeepAlive(grad_output);
            var grads = new Tensor?[inputs.Length];
            for (var i = 0; i < inputs.Length; i++)
                grads[i] = results[i] == 0 ? null : new Tensor(results[i]);
            return grads;
        }
    }

    private sealed class GradMode : IDisposable
    {
        private readonly bool before = is_grad_enabled();

        internal GradMode(bool enabled) => Native.mlt_set_grad_enabled(enabled ? 1 : 0);

        public void Dispose() => Native.mlt_set_grad_enabled(before ? 1 : 0);
    }
}
