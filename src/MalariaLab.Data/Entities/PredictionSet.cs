namespace MalariaLab.Data.Entities;

/// <summary>Scores of a run on a part of a dataset version, in manifest order.</summary>
public sealed class PredictionSet
{
    /// <summary>Row id.</summary>
    public long Id { get; set; }

    /// <summary>The run.</summary>
    public long RunId { get; set; }

    /// <summary>The version that was scored; another one than the run's own for an external validation.</summary>
    public long DatasetVersionId { get; set; }

    /// <summary>Which images: see <see cref="PredictionScope"/>.</summary>
    public required string Scope { get; set; }

    /// <summary>Hash of the scored images and labels, see <see cref="Core.Datasets.ContentHashes"/>.</summary>
    public required string SetHash { get; set; }

    /// <summary>Images.</summary>
    public int Count { get; set; }

    /// <summary>Probabilities and true classes in manifest order, see <see cref="Core.Evaluation.PredictionBlob"/>.</summary>
    public required byte[] Blob { get; set; }

    /// <summary>When it was stored.</summary>
    public DateTimeOffset At { get; set; }
}

/// <summary>Which images a prediction set or an evaluation covers.</summary>
public static class PredictionScope
{
    /// <summary>The run's validation part.</summary>
    public const string Validation = "validation";

    /// <summary>The run's test part.</summary>
    public const string Test = "test";

    /// <summary>Every image of a version (external validation).</summary>
    public const string All = "all";

    /// <summary>The test part of another run's split.</summary>
    public static string TestOf(long splitId) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Test}:{splitId}");

    /// <summary>The split of <see cref="TestOf"/>.</summary>
    public static long SplitOf(string scope) => long.Parse(scope.AsSpan(Test.Length + 1), System.Globalization.CultureInfo.InvariantCulture);
}
