namespace MalariaLab.Data.Entities;

/// <summary>Whether a version can be trained on.</summary>
public enum DatasetVersionStatus { Importing, Ready, NotReady, Failed }

/// <summary>One immutable content of a dataset: a manifest of images, their labels and groups.</summary>
public sealed class DatasetVersion
{
    /// <summary>Row id.</summary>
    public long Id { get; set; }

    /// <summary>The dataset.</summary>
    public long DatasetId { get; set; }

    /// <summary>The dataset.</summary>
    public Dataset? Dataset { get; set; }

    /// <summary>Counted from 1 within the dataset.</summary>
    public int Number { get; set; }

    /// <summary>State; nothing but notes changes after <see cref="DatasetVersionStatus.Ready"/>.</summary>
    public DatasetVersionStatus Status { get; set; }

    /// <summary>The verdict as a sentence: "Ready: 7,365 images in 2 classes." or "Not ready, because …".</summary>
    public string Verdict { get; set; } = "";

    /// <summary>Class names in class-index order.</summary>
    public List<string> ClassNames { get; set; } = [];

    /// <summary>Images a class, in class-index order.</summary>
    public List<int> ClassCounts { get; set; } = [];

    /// <summary>Index of the positive class; null with more than two classes and no choice.</summary>
    public int? PositiveClass { get; set; }

    /// <summary>The group rule as text, see <see cref="Core.Datasets.GroupRule"/>.</summary>
    public string GroupRule { get; set; } = "none";

    /// <summary>SHA-256 over names of classes and every image's content, label and group; empty until the import is done.</summary>
    public string ContentHash { get; set; } = "";

    /// <summary>Accepted images.</summary>
    public int ImageCount { get; set; }

    /// <summary>Distinct groups (patients); 0 without a rule.</summary>
    public int GroupCount { get; set; }

    /// <summary>Files that were listed and not taken.</summary>
    public int RefusalCount { get; set; }

    /// <summary>Bytes of the original files.</summary>
    public long Bytes { get; set; }

    /// <summary>What is special about this version, in markdown.</summary>
    public string Note { get; set; } = "";

    /// <summary>The version that this one was made from, or null for an import.</summary>
    public long? ParentVersionId { get; set; }

    /// <summary>What was changed against the parent, as JSON, see <see cref="Core.Datasets.VersionSummary"/>.</summary>
    public string? ChangesJson { get; set; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Who made it.</summary>
    public long? CreatedById { get; set; }
}
