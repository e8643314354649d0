namespace MalariaLab.Web.Api;

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
