using MalariaLab.Data.Store;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MalariaLab.Worker.Hosting;

/// <summary>Cleans up what a killed predecessor left before the first job is taken, and once a day after that.</summary>
internal sealed partial class Cleaning(Housekeeping housekeeping, TimeProvider clock, ILogger<Cleaning> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromDays(1);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await PassAsync(atStart: true, cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken)) await PassAsync(atStart: false, stoppingToken);
    }

    private async Task PassAsync(bool atStart, CancellationToken cancellationToken)
    {
        try
        {
            var freed = await housekeeping.PassAsync(atStart, cancellationToken);
            if (freed > 0) LogFreed(freed);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Waste on the disk is no reason to train nothing.
            LogFailed(e);
        }
    }

    [LoggerMessage(LogLevel.Information, "Deleted {Bytes} bytes that nothing needs any more")]
    private partial void LogFreed(long bytes);

    [LoggerMessage(LogLevel.Warning, "The disk could not be cleaned up")]
    private partial void LogFailed(Exception exception);
}
