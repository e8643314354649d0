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
