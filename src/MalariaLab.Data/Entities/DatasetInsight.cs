using MalariaLab.Core.Jobs;

namespace MalariaLab.Data.Entities;

/// <summary>What a job found out about a whole dataset version. Kept apart from the version, because it is long and most readers of versions need nothing of it.</summary>
public sealed class DatasetInsight
{
    /// <summary>The version.</summary>
    public long VersionId { get; set; }

    /// <summary>Which: <see cref="JobKind.Statistics"/>, <see cref="JobKind.Duplicates"/> or <see cref="JobKind.Audit"/>.</summary>
    public JobKind Kind { get; set; }

    /// <summary>The report as JSON, of the type that belongs to the kind.</summary>
    public required string Json { get; set; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset At { get; set; }
}
