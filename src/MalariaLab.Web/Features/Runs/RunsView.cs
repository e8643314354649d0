using System.Globalization;
using MalariaLab.Data.Runs;
using Microsoft.AspNetCore.WebUtilities;

namespace MalariaLab.Web.Features.Runs;

/// <summary>What the runs page shows: filter text, order and page. The address holds all of it.</summary>
public sealed record RunsView
{
    /// <summary>Rows of a page.</summary>
    public const int PageSize = 50;

    /// <summary>Filter text, see <see cref="RunQueryText"/>.</summary>
    public string Text { get; init; } = "";

    /// <summary>Column that orders.</summary>
    public RunSort Sort { get; init; }

    /// <summary>Largest first.</summary>
    public bool Descending { get; init; } = true;

    /// <summary>Page, from 0.</summary>
    public int Page { get; init; }

    /// <summary>Reads an address; what it does not know falls back to the standard.</summary>
    public static RunsView FromUrl(string url)
    {
        var query = QueryHelpers.ParseQuery(new Uri(url, UriKind.Absolute).Query);
        string Get(string key) => query.TryGetValue(key, out var values) ? values.ToString() : "";
        return new()
        {
            Text = Get("q"),
            Sort = ToSort(Get("sort")) ?? RunSort.Created,
            Descending = Get("order") != "up",
            Page = int.TryParse(Get("page"), NumberStyles.None, CultureInfo.InvariantCulture, out var page) && page > 1 ? page - 1 : 0,
        };
    }

    /// <summary>The column of a name, or null.</summary>
    public static RunSort? ToSort(string? name) => Enum.TryParse<RunSort>(name, ignoreCase: true, out var sort) && Enum.IsDefined(sort) ? sort : null;

    /// <summary>The address of this view, without what is standard.</summary>
    public string Url => LabUrls.With(LabUrls.Runs,
        ("q", Text),
        ("sort", Sort == RunSort.Created ? null : Sort.ToString().ToLowerInvariant()),
        ("order", Descending ? null : "up"),
        ("page", Page == 0 ? null : (Page + 1).ToString(CultureInfo.InvariantCulture)));

    /// <summary>The query.</summary>
    /// <exception cref="Core.ExplainedException">The filter text is not understood.</exception>
    public RunFilter ToFilter() => RunQueryText.Parse(Text) with { Sort = Sort, Descending = Descending, Skip = Page * PageSize, Take = PageSize };
}
