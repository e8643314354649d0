using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;

namespace MalariaLab.Web.Features.Runs;

/// <summary>
/// The choices in a page's address. The page reads them once and hands them down: tabs that come and go with the address cannot take them from it
/// themselves, because Blazor fails when the listeners of an address change while it tells them.
/// </summary>
public sealed class PageQuery(string url)
{
    private readonly Dictionary<string, Microsoft.Extensions.Primitives.StringValues> values = QueryHelpers.ParseQuery(new Uri(url).Query);

    /// <summary>A value, or null where it is absent or empty.</summary>
    public string? Text(string key) => values.GetValueOrDefault(key).ToString() is { Length: > 0 } text ? text : null;

    /// <summary>A finite number, or null.</summary>
    public double? Number(string key) =>
        double.TryParse(Text(key), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    /// <summary>A whole number, or null.</summary>
    public int? Whole(string key) => int.TryParse(Text(key), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
