using System.Text.Json;
using System.Text.Json.Serialization;
using MalariaLab.Core.Evaluation;
using MalariaLab.Core.Runs;

namespace MalariaLab.Web.Api;

/// <summary>A dataset in a list: its newest version.</summary>
public record DatasetItem
{
    /// <summary>Row id.</summary>
    public required long Dataset { get; init; }

    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Number of the newest version, from 1.</summary>
    public required int Version { get; init; }

    /// <summary>Importing, Ready, NotReady or Failed.</summary>
    public required string Status { get; init; }

    /// <summary>Why, as a sentence.</summary>
    public required string Verdict { get; init; }

    /// <summary>Accepted images.</summary>
    public required int Images { get; init; }

    /// <summary>Class names in class-index order.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>Distinct groups (patients).</summary>
    public required int Groups { get; init; }

    /// <summary>Files that were listed and not taken.</summary>
    public required int Refused { get; init; }
}

/// <summary>A dataset with everything that a script needs to go on.</summary>
public sealed record DatasetDetail : DatasetItem
{
    /// <summary>Class that counts as positive; null with more than two classes and no choice.</summary>
    public required string? PositiveClass { get; init; }

    /// <summary>Bytes of the original files.</summary>
    public required long Bytes { get; init; }

    /// <summary>Content hash.</summary>
    public required string Hash { get; init; }

    /// <summary>Images a class.</summary>
    public required IReadOnlyList<ClassCount> ClassCounts { get; init; }

    /// <summary>Splits of this version.</summary>
    public required IReadOnlyList<SplitItem> Splits { get; init; }

    /// <summary>Every file that was not taken, with its reason.</summary>
    public required IReadOnlyList<Refusal> Refusals { get; init; }
}

/// <summary>Images of one class.</summary>
public sealed record ClassCount(string Class, int Images);

/// <summary>One file that was not taken.</summary>
public sealed record Refusal(string Path, string Kind, string Reason);

/// <summary>A split.</summary>
public sealed record SplitItem
{
    /// <summary>Row id.</summary>
    public required long Split { get; init; }

    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Training images.</summary>
    public required int Train { get; init; }

    /// <summary>Validation images.</summary>
    public required int Validation { get; init; }

    /// <summary>Test images.</summary>
    public required int Test { get; init; }

    /// <summary>Groups (patients) with images in more than one part.</summary>
    public required int LeakedGroups { get; init; }

    /// <summary>Hash of contents, labels and parts.</summary>
    public required string Hash { get; init; }

    /// <summary>Hash of the test part.</summary>
    public required string TestSet { get; init; }
}

/// <summary>The request for a split.</summary>
public sealed record SplitRequest(string Name, string By = "patient", double Train = 60, double Validation = 10, double Test = 30, long Seed = 42, bool Stratified = true);

/// <summary>An import and how far it is.</summary>
public sealed record ImportState
{
    /// <summary>Row id.</summary>
    public required long Import { get; init; }

    /// <summary>Name of the dataset.</summary>
    public required string Dataset { get; init; }

    /// <summary>Importing, Ready, NotReady, Failed or Canceled.</summary>
    public required string Status { get; init; }

    /// <summary>What happens now.</summary>
    public required string Stage { get; init; }

    /// <summary>Share done, 0 to 1; null while unknown.</summary>
    public required double? Progress { get; init; }

    /// <summary>The verdict, or why it failed.</summary>
    public required string Verdict { get; init; }

    /// <summary>Accepted images.</summary>
    public required int Images { get; init; }

    /// <summary>Refused files.</summary>
    public required int Refused { get; init; }
}

/// <summary>The request for a run.</summary>
public sealed record RunRequest
{
    /// <summary>Recipe key.</summary>
    public required string Recipe { get; init; }

    /// <summary>Dataset, by id or name.</summary>
    public required string Dataset { get; init; }

    /// <summary>Split, by id or name.</summary>
    public required string Split { get; init; }

    /// <summary>Name of the run; the recipe's by default.</summary>
    public string? Name { get; init; }

    /// <summary>Epochs at most.</summary>
    public int? Epochs { get; init; }

    /// <summary>Training seed.</summary>
    public long? Seed { get; init; }

    /// <summary>Priority; higher goes first.</summary>
    public int Priority { get; init; }

    /// <summary>Changes to the recipe's spec: dotted path → value, as text or as JSON.</summary>
    public IReadOnlyDictionary<string, JsonElement> Set { get; init; } = new Dictionary<string, JsonElement>();
}

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

/// <summary>A run's evaluation on another dataset: the results of the run with the figures of that dataset as test figures.</summary>
public sealed record EvaluationState : RunResults
{
    /// <summary>Row id of the task.</summary>
    public required long Evaluation { get; init; }

    /// <summary>What happens now.</summary>
    public required string Stage { get; init; }

    /// <summary>Share done, 0 to 1; null while unknown.</summary>
    public required double? Progress { get; init; }
}

/// <summary>The request for an evaluation of a run.</summary>
/// <param name="Dataset">Dataset, by id or name.</param>
public sealed record EvaluationRequest(string Dataset);

/// <summary>What a run's network says of images.</summary>
public sealed record PredictionAnswer(long Run, string Name, IReadOnlyList<PredictionItem> Images);

/// <summary>What a network says of one image.</summary>
/// <param name="Name">Name of the file as it was sent.</param>
/// <param name="Refusal">Why the file cannot be scored; the rest is null then.</param>
/// <param name="Predicted">The most probable class.</param>
/// <param name="Probability">Its probability.</param>
/// <param name="Probabilities">Probability by class.</param>
public sealed record PredictionItem(string Name, string? Refusal, string? Predicted, double? Probability, IReadOnlyDictionary<string, double>? Probabilities)
{
    /// <summary>Where the network looked for the predicted class (Grad-CAM), where it was asked for: a PNG of its input size, black where nothing spoke for the class.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? HeatMapPng { get; init; }
}

/// <summary>Content hashes of a run's inputs.</summary>
public sealed record RunHashes(string Dataset, string Split, string Spec, string TestSet);

/// <summary>A worker.</summary>
public sealed record WorkerItem
{
    /// <summary>Row id.</summary>
    public required long Worker { get; init; }

    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>State as the worker says, or Silent when its heartbeat is too old.</summary>
    public required string State { get; init; }

    /// <summary>Device in words.</summary>
    public required string Device { get; init; }

    /// <summary>LibTorch's version.</summary>
    public required string LibTorch { get; init; }

    /// <summary>Age of the last heartbeat.</summary>
    public required double SecondsSinceHeartbeat { get; init; }

    /// <summary>The run that it holds.</summary>
    public required long? Run { get; init; }
}
