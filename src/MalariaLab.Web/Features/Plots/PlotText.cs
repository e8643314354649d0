using System.Globalization;
using Microsoft.AspNetCore.Components;

namespace MalariaLab.Web.Features.Plots;

/// <summary>Words in a drawing. Razor keeps the tag's name for itself, so it is written by hand.</summary>
internal static class PlotText
{
    /// <summary>Text at a place.</summary>
    /// <param name="x">Across, in the drawing's units.</param>
    /// <param name="y">Down.</param>
    /// <param name="anchor"><c>start</c>, <c>middle</c> or <c>end</c>.</param>
    /// <param name="text">The text.</param>
    /// <param name="style">Class, or null.</param>
    public static RenderFragment At(double x, double y, string anchor, string text, string? style = null) => builder =>
    {
        builder.OpenElement(0, "text");
        builder.AddAttribute(1, "x", x.ToString("0.#", CultureInfo.InvariantCulture));
        builder.AddAttribute(2, "y", y.ToString("0.#", CultureInfo.InvariantCulture));
        builder.AddAttribute(3, "text-anchor", anchor);
        if (style is not null) builder.AddAttribute(4, "class", style);
        builder.AddContent(5, text);
        builder.CloseElement();
    };
}
