using MalariaLab.Data;
using MalariaLab.Data.Entities;

namespace MalariaLab.Web.Live;

/// <summary>
/// The one reader of the change feed in this process. It asks twice a second while anyone watches, and tells those whose filter matches;
/// what they do with it is throttled for each of them.
/// </summary>
public sealed partial class LivePoller(ChangeFeed feed, TimeProvider clock, ILogger<LivePoller> logger) : BackgroundService
{
    /// <summary>Time between two looks, and between two draws of a page.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromMilliseconds(500);

    private readonly Lock gate = new();
    private readonly List<Subscription> subscriptions = [];
    private long cursor;

    /// <summary>Watchers at the moment.</summary>
    public int Watchers
    {
        get { lock (gate) return subscriptions.Count; }
    }

    /// <summary>
    /// Calls <paramref name="refresh"/> after changes that <paramref name="concerns"/> picks, until disposed.
    /// Subscribe before the first load, so that nothing falls between.
    /// </summary>
    public IDisposable Subscribe(Func<ChangeKind, long, bool> concerns, Func<Task> refresh)
    {
        var subscription = new Subscription(this, concerns, new CallbackThrottler(refresh, Interval, clock));
        lock (gate) subscriptions.Add(subscription);
        return subscription;
    }

    /// <inheritdoc />
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Before any page can be asked for, so that no change falls between a page's first load and the first look.
        cursor = await feed.NowAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        var failing = false;
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await LookAsync(stoppingToken);
                    failing = false;
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    // A database that is away comes back; said once, not twice a second.
                    if (!failing) LogFailure(e);
                    failing = true;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
    }

    private async Task LookAsync(CancellationToken ct)
    {
        if (Watchers == 0) return;
        var changes = await feed.AfterAsync(cursor, ct);
        if (changes.Items.Count > 0)
        {
            Subscription[] all;
            lock (gate) all = [.. subscriptions];
            foreach (var subscription in all) subscription.Offer(changes.Items);
        }
        cursor = changes.Cursor;
    }

    [LoggerMessage(LogLevel.Warning, "Changes cannot be read; pages show their last state until they can")]
    private partial void LogFailure(Exception exception);

    private sealed class Subscription(LivePoller owner, Func<ChangeKind, long, bool> concerns, CallbackThrottler throttler) : IDisposable
    {
        public void Offer(IReadOnlyList<(ChangeKind Kind, long Id)> items)
        {
            // All are asked, since a filter may note what has changed.
            foreach (var (kind, id) in items)
                if (concerns(kind, id)) throttler.Signal();
        }

        public void Dispose()
        {
            lock (owner.gate) owner.subscriptions.Remove(this);
            throttler.Dispose();
        }
    }
}
