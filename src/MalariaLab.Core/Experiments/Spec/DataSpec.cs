namespace MalariaLab.Core.Experiments;

/// <summary>The inputs, by id for finding them and by hash for proving them.</summary>
public sealed record DataSpec
{
    /// <summary>Row id of the dataset version.</summary>
    public required long DatasetVersionId { get; init; }

    /// <summary>Row id of the split.</summary>
    public required long SplitId { get; init; }

    /// <summary>Content hash of the dataset version (64 hex digits).</summary>
    public required string DatasetHash { get; init; }

    /// <summary>Content hash of the split (64 hex digits).</summary>
    public required string SplitHash { get; init; }
}
