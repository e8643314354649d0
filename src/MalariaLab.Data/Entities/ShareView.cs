namespace MalariaLab.Data.Entities;

/// <summary>One opening of a share link.</summary>
public sealed class ShareView
{
    /// <summary>Row id.</summary>
    public long Id { get; set; }

    /// <summary>The link.</summary>
    public long LinkId { get; set; }

    /// <summary>When.</summary>
    public DateTimeOffset At { get; set; }

    /// <summary>Browser family and the like, without an address.</summary>
    public string Client { get; set; } = "";
}
