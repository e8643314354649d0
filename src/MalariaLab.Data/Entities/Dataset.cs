namespace MalariaLab.Data.Entities;

/// <summary>A named collection of images; its content lives in immutable versions.</summary>
public sealed class Dataset
{
    /// <summary>Row id.</summary>
    public long Id { get; set; }

    /// <summary>Name, unique among datasets that are not in the trash.</summary>
    public required string Name { get; set; }

    /// <summary>Description in markdown.</summary>
    public string Description { get; set; } = "";

    /// <summary>Where the images come from and under which terms, in markdown.</summary>
    public string SourceNote { get; set; } = "";

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Who made it.</summary>
    public long? CreatedById { get; set; }

    /// <summary>When it was put into the trash; null while in use.</summary>
    public DateTimeOffset? TrashedAt { get; set; }

    /// <summary>All versions.</summary>
    public List<DatasetVersion> Versions { get; } = [];
}
