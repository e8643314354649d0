namespace MalariaLab.Worker;

/// <summary>Calls back on the reporting thread; <see cref="Progress{T}"/> would do it later, and in any order.</summary>
internal sealed class SynchronousProgress<T>(Action<T> report) : IProgress<T>
{
    private readonly Lock gate = new();

    public void Report(T value)
    {
        lock (gate) report(value);
    }
}
