namespace MalariaLab.Testing;

/// <summary>A clock that moves only when told.</summary>
public sealed class ManualTime(DateTimeOffset? start = null) : TimeProvider
{
    private DateTimeOffset now = start ?? new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => now;

    /// <inheritdoc/>
    public override long GetTimestamp() => now.UtcTicks;

    /// <summary>Moves the clock.</summary>
    public void Advance(TimeSpan by) => now += by;

    /// <summary>Moves the clock.</summary>
    public void AdvanceSeconds(double seconds) => Advance(TimeSpan.FromSeconds(seconds));
}
