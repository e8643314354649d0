using MalariaLab.Data.Entities;
using MalariaLab.Data.Jobs;

namespace MalariaLab.Web.Workers;

/// <summary>A worker as the lab sees it.</summary>
/// <param name="Node">Its row.</param>
/// <param name="Alive">It beats, or has only just been looked at for the first time.</param>
public sealed record SeenWorker(WorkerNode Node, bool Alive);

/// <summary>Watches the workers' beats on this process's own clock, so that pages can tell the silent from the living.</summary>
public sealed partial class WorkerSight(WorkerRegistry registry, TimeProvider clock, ILogger<WorkerSight> logger) : BackgroundService
{
    private readonly WorkerWatch watch = new(clock);

    /// <summary>All workers by name, as of the last look.</summary>
    public IReadOnlyList<SeenWorker> Workers { get; private set; } = [];

    /// <summary>Looks now.</summary>
    public async Task<IReadOnlyList<SeenWorker>> LookAsync(CancellationToken ct = default)
    {
        var nodes = await registry.ListAsync(ct);
        lock (watch)
        {
            watch.Observe(nodes.Select(n => (n.Name, n.Session, n.Beat)));
            return Workers = [.. nodes.Select(n => new SeenWorker(n, n.State != WorkerState.Stopped && !watch.IsSilent(n.Name)))];
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(WorkerRegistry.BeatInterval, clock);
        try
        {
            do
            {
                try { await LookAsync(stoppingToken); }
                catch (Exception e) when (e is not OperationCanceledException) { LogFailure(e); }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
    }

    [LoggerMessage(LogLevel.Debug, "The workers cannot be read")]
    private partial void LogFailure(Exception exception);
}
