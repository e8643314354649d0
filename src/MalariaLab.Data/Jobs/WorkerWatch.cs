namespace MalariaLab.Data.Jobs;

/// <summary>
/// Decides which workers are silent by what this observer saw on its own monotonic clock; clocks of two machines are never compared. A stalled observer
/// proves nothing about the workers: after a gap of its own it starts to watch anew.
/// </summary>
public sealed class WorkerWatch(TimeProvider time)
{
    /// <summary>A worker without a beat for this long has lost what it held.</summary>
    public static TimeSpan Lease { get; } = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan LongestGap = TimeSpan.FromSeconds(20);

    private readonly Dictionary<string, Seen> seen = [];
    private long? lastLook;

    private readonly record struct Seen(string Session, long Beat, long Since, int Looks);

    /// <summary>Takes in the workers' present beats.</summary>
    public void Observe(IEnumerable<(string Name, string Session, long Beat)> workers)
    {
        var now = time.GetTimestamp();
        var stalled = lastLook is { } last && time.GetElapsedTime(last, now) > LongestGap;
        lastLook = now;
        foreach (var (name, session, beat) in workers)
            seen[name] = !stalled && seen.TryGetValue(name, out var before) && before.Session == session && before.Beat == beat
                ? before with { Looks = before.Looks + 1 }
                : new Seen(session, beat, now, 1);
    }

    /// <summary>True when the worker's beat did not move for a whole lease in which this observer looked several times.</summary>
    public bool IsSilent(string name) =>
        seen.TryGetValue(name, out var worker) && worker.Looks > 1 && lastLook is { } last && time.GetElapsedTime(worker.Since, last) >= Lease;
}
