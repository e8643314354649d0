namespace MalariaLab.Data.Entities;

/// <summary>Why runs belong together.</summary>
public enum RunGroupKind { Seeds, Sweep, Folds }

/// <summary>Runs that were asked for at once.</summary>
public sealed class RunGroup
{
    /// <summary>Row id.</summary>
    public long Id { get; set; }

    /// <summary>Kind.</summary>
    public RunGroupKind Kind { get; set; }

    /// <summary>Name.</summary>
    public required string Name { get; set; }

    /// <summary>The varied fields as JSON.</summary>
    public string? VariationJson { get; set; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Who made it.</summary>
    public long? CreatedById { get; set; }
}
