using MalariaLab.Core.Experiments;
using MalariaLab.Core.Runs;
using MalariaLab.Data.Entities;

namespace MalariaLab.Data.Runs;

/// <summary>A page of rows and how many there are in all.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, int Total);

/// <summary>A row of the runs table.</summary>
public sealed record RunRow
{
    /// <summary>Row id.</summary>
    public required long Id { get; init; }

    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>State.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>Why it is in its state.</summary>
    public required string Reason { get; init; }

    /// <summary>Recipe key.</summary>
    public required string Recipe { get; init; }

    /// <summary>Architecture key.</summary>
    public required string Architecture { get; init; }

    /// <summary>Dataset.</summary>
    public required long DatasetId { get; init; }

    /// <summary>Dataset's name.</summary>
    public required string Dataset { get; init; }

    /// <summary>Dataset version's row id.</summary>
    public required long DatasetVersionId { get; init; }

    /// <summary>Dataset version's number.</summary>
    public required int VersionNumber { get; init; }

    /// <summary>Split.</summary>
    public required long SplitId { get; init; }

    /// <summary>Split's name.</summary>
    public required string Split { get; init; }

    /// <summary>Seed.</summary>
    public required long Seed { get; init; }

    /// <summary>Epochs at most.</summary>
    public required int Epochs { get; init; }

    /// <summary>Stored epochs.</summary>
    public required int LastEpoch { get; init; }

    /// <summary>Epoch with the lowest validation loss.</summary>
    public required int? BestEpoch { get; init; }

    /// <summary>Lowest validation loss.</summary>
    public required double? BestValLoss { get; init; }

    /// <summary>Highest validation accuracy.</summary>
    public required double? BestValAccuracy { get; init; }

    /// <summary>Test images.</summary>
    public required int? TestCount { get; init; }

    /// <summary>Test accuracy.</summary>
    public required double? Accuracy { get; init; }

    /// <summary>Test balanced accuracy.</summary>
    public required double? BalancedAccuracy { get; init; }

    /// <summary>Test sensitivity.</summary>
    public required double? Sensitivity { get; init; }

    /// <summary>Test specificity.</summary>
    public required double? Specificity { get; init; }

    /// <summary>Test F1.</summary>
    public required double? F1 { get; init; }

    /// <summary>Test AUC.</summary>
    public required double? Auc { get; init; }

    /// <summary>Hash of the test set that the figures belong to.</summary>
    public required string? TestSetHash { get; init; }

    /// <summary>Tags as stored; see <see cref="RunTags.Read"/>.</summary>
    public required string TagText { get; init; }

    /// <summary>Priority.</summary>
    public required int Priority { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who made it.</summary>
    public required long? CreatedById { get; init; }

    /// <summary>When it was queued.</summary>
    public required DateTimeOffset? QueuedAt { get; init; }

    /// <summary>First start.</summary>
    public required DateTimeOffset? StartedAt { get; init; }

    /// <summary>End.</summary>
    public required DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Sum of the epochs' seconds.</summary>
    public required double TrainSeconds { get; init; }

    /// <summary>Device in words.</summary>
    public required string? Device { get; init; }

    /// <summary>Worker.</summary>
    public required string? WorkerName { get; init; }

    /// <summary>Group of seeds, sweep or folds.</summary>
    public required long? GroupId { get; init; }

    /// <summary>Parent.</summary>
    public required long? ParentRunId { get; init; }

    /// <summary>A stop was asked for.</summary>
    public required bool CancelRequested { get; init; }
}

/// <summary>Everything of a run but its epochs and blobs.</summary>
public sealed record RunDetail
{
    /// <summary>The row of the table.</summary>
    public required RunRow Row { get; init; }

    /// <summary>The run's own columns.</summary>
    public required Run Run { get; init; }

    /// <summary>Its spec.</summary>
    public required ExperimentSpec Spec { get; init; }

    /// <summary>Portable hash of the spec.</summary>
    public required string SpecHash { get; init; }

    /// <summary>The version (class names, positive class, hash).</summary>
    public required DatasetVersion Version { get; init; }

    /// <summary>Hash of the split.</summary>
    public required string SplitHash { get; init; }

    /// <summary>Hash of the split's test part.</summary>
    public required string SplitTestSetHash { get; init; }

    /// <summary>Events, oldest first.</summary>
    public required IReadOnlyList<RunEvent> Events { get; init; }

    /// <summary>Files.</summary>
    public required IReadOnlyList<Artifact> Artifacts { get; init; }

    /// <summary>Reports.</summary>
    public required IReadOnlyList<EvaluationRow> Evaluations { get; init; }

    /// <summary>What it does now or did last; null before its first start.</summary>
    public required RunProgress? Progress { get; init; }
}

/// <summary>The moving part of a run, for live pages.</summary>
/// <param name="Id">Row id.</param>
/// <param name="Status">State.</param>
/// <param name="Reason">Why.</param>
/// <param name="LastEpoch">Stored epochs.</param>
/// <param name="Progress">What it does now; null before its first start.</param>
public sealed record LiveRun(long Id, RunStatus Status, string Reason, int LastEpoch, RunProgress? Progress);

/// <summary>A run in the queue.</summary>
/// <param name="Row">The run.</param>
/// <param name="Position">Place among the waiting, from 1; 0 while it runs.</param>
/// <param name="Progress">What it does now.</param>
public sealed record QueueRow(RunRow Row, int Position, RunProgress? Progress);
