namespace MalariaLab.Data.Entities;

/// <summary>An immutable assignment of every image of a version to a part.</summary>
public sealed class Split
{
    /// <summary>Row id.</summary>
    public long Id { get; set; }

    /// <summary>The version.</summary>
    public long VersionId { get; set; }

    /// <summary>The version.</summary>
    public DatasetVersion? Version { get; set; }

    /// <summary>Name, unique in the version.</summary>
    public required string Name { get; set; }

    /// <summary>The plan as JSON, see <see cref="Core.Datasets.SplitPlan"/>.</summary>
    public required string PlanJson { get; set; }

    /// <summary>One byte an image in manifest order: <see cref="Core.Datasets.SplitPart"/>.</summary>
    public required byte[] Assignment { get; set; }

    /// <summary>SHA-256 over contents, labels and parts, 64 hex digits; does not depend on names or row ids.</summary>
    public required string Hash { get; set; }

    /// <summary>SHA-256 over contents and labels of the test part; equal for every run that can be compared statistically.</summary>
    public required string TestSetHash { get; set; }

    /// <summary>Images of the training part.</summary>
    public int TrainCount { get; set; }

    /// <summary>Images of the validation part.</summary>
    public int ValidationCount { get; set; }

    /// <summary>Images of the test part.</summary>
    public int TestCount { get; set; }

    /// <summary>Counts a part and class as JSON: <c>{"train":[…],"validation":[…],"test":[…],"unused":[…]}</c>.</summary>
    public required string CountsJson { get; set; }

    /// <summary>Groups (patients) with images in more than one part; 0 when none leaks.</summary>
    public int LeakingGroups { get; set; }

    /// <summary>Identical contents in more than one part.</summary>
    public int LeakingDuplicates { get; set; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Who made it.</summary>
    public long? CreatedById { get; set; }
}
