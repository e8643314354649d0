namespace MalariaLab.Web.Api;

/// <summary>A run in a list.</summary>
public record RunItem
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

    /// <summary>Last stored epoch.</summary>
    public required int Epoch { get; init; }

    /// <summary>Epochs at most.</summary>
    public required int Epochs { get; init; }

    /// <summary>What a live run does now.</summary>
    public string? Stage { get; init; }

    /// <summary>Test accuracy.</summary>
    public double? Accuracy { get; init; }

    /// <summary>Area under the test ROC curve.</summary>
    public double? Auc { get; init; }

    /// <summary>What is doubtful about the experiment, in the answer to its definition.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
