namespace MalariaLab.Web.Api;

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
