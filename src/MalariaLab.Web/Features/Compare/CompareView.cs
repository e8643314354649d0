using System.Globalization;
using MalariaLab.Web.Features.Plots;
using Microsoft.AspNetCore.WebUtilities;

namespace MalariaLab.Web.Features.Compare;

/// <summary>What curves are drawn over.</summary>
public enum CurveAxis { Epoch, Step, Time }

/// <summary>What the comparison shows. The address holds all of it.</summary>
public sealed record CompareView
{
    /// <summary>Largest weight of the past in smoothed curves.</summary>
    public const double MostSmoothing = 0.98;

    /// <summary>The runs.</summary>
    public IReadOnlyList<long> Ids { get; init; } = [];

    /// <summary>True while runs are chosen anew.</summary>
    public bool Picking { get; init; }

    /// <summary>The run on whose test set all are compared; null takes each run's own.</summary>
    public long? On { get; init; }

    /// <summary>What curves are drawn over.</summary>
    public CurveAxis Axis { get; init; }

    /// <summary>Weight of the past in smoothed curves, 0 to <see cref="MostSmoothing"/>.</summary>
    public double Smoothing { get; init; }

    /// <summary>Losses on a logarithmic axis.</summary>
    public bool Log { get; init; }

    /// <summary>First run of the disagreements; null takes the first.</summary>
    public long? First { get; init; }

    /// <summary>Second run of the disagreements.</summary>
    public long? Second { get; init; }

    /// <summary>Which disagreements.</summary>
    public DisagreementKind Kind { get; init; }

    /// <summary>Manifest position of the image that is looked at.</summary>
    public int? Image { get; init; }

    /// <summary>What the plots over fields and figures show.</summary>
    public PlotChoice Plot { get; init; } = new();

    /// <summary>Reads an address; what it does not know falls back to the standard.</summary>
    public static CompareView FromUrl(string url)
    {
        var query = QueryHelpers.ParseQuery(new Uri(url, UriKind.Absolute).Query);
        string Get(string key) => query.TryGetValue(key, out var values) ? values.ToString() : "";
        return new()
        {
            Ids = Comparison.ParseIds(Get("runs")),
            Picking = Get("pick").Length > 0,
            On = Number(Get("on")),
            Axis = Choice<CurveAxis>(Get("axis")),
            Smoothing = double.TryParse(Get("smooth"), CultureInfo.InvariantCulture, out var weight) && weight > 0 ? Math.Min(weight, MostSmoothing) : 0,
            Log = Get("log").Length > 0,
            First = Number(Get("a")),
            Second = Number(Get("b")),
            Kind = Choice<DisagreementKind>(Get("kind")),
            Image = Number(Get("image")) is { } image and <= int.MaxValue ? (int)image : null,
            Plot = new() { X = Get("x"), Y = Get("y"), Axes = Get("axes").Split(',', StringSplitOptions.RemoveEmptyEntries) },
        };
    }

    /// <summary>The address of this view, without what is standard.</summary>
    public string Url => LabUrls.With(LabUrls.Compare(Ids),
        ("pick", Picking ? "1" : null),
        ("on", Text(On)),
        ("axis", Axis == default ? null : Axis.ToString().ToLowerInvariant()),
        ("smooth", Smoothing == 0 ? null : Smoothing.ToString("0.##", CultureInfo.InvariantCulture)),
        ("log", Log ? "1" : null),
        ("a", Text(First)),
        ("b", Text(Second)),
        ("kind", Kind == default ? null : Kind.ToString()),
        ("image", Text(Image)),
        ("x", Plot.X),
        ("y", Plot.Y),
        ("axes", string.Join(',', Plot.Axes)));

    private static long? Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static T Choice<T>(string text) where T : struct, Enum => Enum.TryParse<T>(text, ignoreCase: true, out var choice) && Enum.IsDefined(choice) ? choice : default;

    private static string? Text(IFormattable? value) => value?.ToString(null, CultureInfo.InvariantCulture);
}
