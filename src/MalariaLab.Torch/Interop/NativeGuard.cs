namespace MalariaLab.Torch.Interop;

/// <summary>A state of LibTorch that lasts until it is disposed, on the thread that began it.</summary>
internal sealed class NativeGuard(nint guard) : IDisposable
{
    private readonly int thread = Environment.CurrentManagedThreadId;
    private nint guard = guard;

    public void Dispose()
    {
        if (guard == 0)
            return;
        if (thread != Environment.CurrentManagedThreadId)
            throw new InvalidOperationException("A guard ends on the thread that began it.");
        Native.mlt_guard_end(guard);
        guard = 0;
    }
}
