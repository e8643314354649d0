using MalariaLab.Core.Runs;

namespace MalariaLab.Web.Features.Runs;

/// <summary>A run in a list.</summary>
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

    /// <summary>Dataset.</summary>
    public required string Dataset { get; init; }

    /// <summary>Row id of the dataset.</summary>
    public required long DatasetId { get; init; }

    /// <summary>Split.</summary>
    public required string Split { get; init; }

    /// <summary>Training seed.</summary>
    public required long Seed { get; init; }

    /// <summary>Finished epochs.</summary>
    public required int LastEpoch { get; init; }

    /// <summary>Epochs at most.</summary>
    public required int Epochs { get; init; }

    /// <summary>Test images.</summary>
    public required int? TestCount { get; init; }

    /// <summary>Test accuracy.</summary>
    public required double? Accuracy { get; init; }

    /// <summary>Test sensitivity.</summary>
    public required double? Sensitivity { get; init; }

    /// <summary>Test specificity.</summary>
    public required double? Specificity { get; init; }

    /// <summary>Area under the test ROC curve.</summary>
    public required double? Auc { get; init; }

    /// <summary>Best validation accuracy.</summary>
    public required double? ValAccuracy { get; init; }

    /// <summary>Seconds of training.</summary>
    public required double TrainSeconds { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who made it.</summary>
    public required string? By { get; init; }

    /// <summary>Tags.</summary>
    public required string TagText { get; init; }

    /// <summary>Priority in the queue.</summary>
    public required int Priority { get; init; }

    /// <summary>When it was queued.</summary>
    public required DateTimeOffset? QueuedAt { get; init; }

    /// <summary>Worker that holds or held it.</summary>
    public required string? WorkerName { get; init; }

    /// <summary>Someone asked to stop.</summary>
    public required bool CancelRequested { get; init; }
}
