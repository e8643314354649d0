namespace MalariaLab.Web.Live;

/// <summary>
/// Between a store that may change at any time and a page that draws: at most one callback runs, at most one more waits, and two starts are
/// <paramref name="interval"/> apart. However many signals come, the last one is always followed by a callback.
/// </summary>
public sealed class CallbackThrottler(Func<Task> callback, TimeSpan interval, TimeProvider clock) : IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly Lock gate = new();
    private bool running;
    private bool again;

    /// <summary>Something changed. Returns at once.</summary>
    public void Signal()
    {
        lock (gate)
        {
            if (stop.IsCancellationRequested) return;
            again = true;
            if (running) return;
            running = true;
        }
        _ = Task.Run(DrainAsync);
    }

    /// <summary>No callback starts any more.</summary>
    public void Dispose()
    {
        lock (gate) stop.Cancel();
    }

    private async Task DrainAsync()
    {
        while (true)
        {
            lock (gate)
            {
                if (!again || stop.IsCancellationRequested)
                {
                    running = false;
                    return;
                }
                again = false;
            }
            var rest = Task.Delay(interval, clock, stop.Token);
            await callback();
            await rest.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
