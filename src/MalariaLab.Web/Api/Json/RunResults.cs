using MalariaLab.Core.Evaluation;
using MalariaLab.Core.Runs;

namespace MalariaLab.Web.Api;

/// <summary>Everything that a run found out: history, test metrics and the hashes that prove its inputs.</summary>
public record RunResults
{
    /// <summary>Row id.</summary>
    public required long Run { get; init; }

    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Recipe key.</summary>
    public required string Recipe { get; init; }

    /// <summary>Name of the dataset.</summary>
    public required string Dataset { get; init; }

    /// <summary>Name of the split.</summary>
    public required string Split { get; init; }

    /// <summary>Training seed.</summary>
    public required long Seed { get; init; }

    /// <summary>State.</summary>
    public required string Status { get; init; }

    /// <summary>Why it is in its state; null when nothing needs saying.</summary>
    public required string? Reason { get; init; }

    /// <summary>Device in words.</summary>
    public required string? Device { get; init; }

    /// <summary>First start.</summary>
    public required DateTimeOffset? StartedAt { get; init; }

    /// <summary>End.</summary>
    public required DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Finished epochs, oldest first.</summary>
    public required IReadOnlyList<EpochRecord> Epochs { get; init; }

    /// <summary>Metrics on the test part; null until they are computed.</summary>
    public required EvaluationReport? Test { get; init; }

    /// <summary>What the figures stand on.</summary>
    public required RunHashes Hashes { get; init; }
}

/// <summary>Content hashes of a run's inputs.</summary>
public sealed record RunHashes(string Dataset, string Split, string Spec, string TestSet);
