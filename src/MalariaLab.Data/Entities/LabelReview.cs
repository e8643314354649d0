namespace MalariaLab.Data.Entities;

/// <summary>What a reader says of an image.</summary>
public enum ReviewDecision { Keep, Relabel, Exclude }

/// <summary>One reader's judgement of one image's label.</summary>
public sealed class LabelReview
{
    /// <summary>Row id.</summary>
    public long Id { get; set; }

    /// <summary>The version.</summary>
    public long VersionId { get; set; }

    /// <summary>Manifest position of the image.</summary>
    public int Ordinal { get; set; }

    /// <summary>The reader.</summary>
    public long UserId { get; set; }

    /// <summary>Judgement, made blind: without knowing another reader's of this image.</summary>
    public ReviewDecision Decision { get; set; }

    /// <summary>New class index for <see cref="ReviewDecision.Relabel"/>.</summary>
    public int? Label { get; set; }

    /// <summary>Judgement after another reader's was seen; null while the blind one stands. It decides, but never counts as agreement.</summary>
    public ReviewDecision? Revised { get; set; }

    /// <summary>New class index for a revised <see cref="ReviewDecision.Relabel"/>.</summary>
    public int? RevisedLabel { get; set; }

    /// <summary>When.</summary>
    public DateTimeOffset At { get; set; }
}
