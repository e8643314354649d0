namespace MalariaLab.Data.Entities;

/// <summary>A stored spec; immutable. Columns repeat what queries filter and sort by.</summary>
public sealed class Experiment
{
    /// <summary>Row id.</summary>
    public long Id { get; set; }

    /// <summary>The spec as canonical text, see <see cref="Core.Experiments.SpecJson"/>.</summary>
    public required string SpecJson { get; set; }

    /// <summary>Portable hash of the spec.</summary>
    public required string SpecHash { get; set; }

    /// <summary>Recipe key.</summary>
    public required string Recipe { get; set; }

    /// <summary>Architecture key.</summary>
    public required string Architecture { get; set; }

    /// <summary>The data.</summary>
    public long DatasetVersionId { get; set; }

    /// <summary>The data.</summary>
    public DatasetVersion? DatasetVersion { get; set; }

    /// <summary>The split.</summary>
    public long SplitId { get; set; }

    /// <summary>The split.</summary>
    public Split? Split { get; set; }

    /// <summary>Training seed.</summary>
    public long Seed { get; set; }

    /// <summary>Epochs at most.</summary>
    public int Epochs { get; set; }

    /// <summary>Images a step.</summary>
    public int BatchSize { get; set; }

    /// <summary>First learning rate.</summary>
    public double LearningRate { get; set; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; set; }
}
