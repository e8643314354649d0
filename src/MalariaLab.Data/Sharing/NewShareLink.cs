namespace MalariaLab.Data.Sharing;

/// <summary>The wish for a share link.</summary>
/// <param name="RunIds">One run, or 2 to 20 to be compared.</param>
public sealed record NewShareLink(IReadOnlyList<long> RunIds)
{
    /// <summary>How long it works; null without end.</summary>
    public TimeSpan? Life { get; init; }

    /// <summary>Shows file names and patient keys.</summary>
    public bool ShowNames { get; init; }

    /// <summary>Lets chat previews quote the result.</summary>
    public bool AllowPreview { get; init; }
}
