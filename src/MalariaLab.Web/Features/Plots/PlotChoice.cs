namespace MalariaLab.Web.Features.Plots;

/// <summary>What is plotted over what, by <see cref="RunDimension.Key"/>; empty takes a standard.</summary>
public sealed record PlotChoice
{
    /// <summary>Horizontal axis of the scatter plot.</summary>
    public string X { get; init; } = "";

    /// <summary>Vertical axis of the scatter plot.</summary>
    public string Y { get; init; } = "";

    /// <summary>Axes of the parallel coordinates, from left to right.</summary>
    public IReadOnlyList<string> Axes { get; init; } = [];
}
