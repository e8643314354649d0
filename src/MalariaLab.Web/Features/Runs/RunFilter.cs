using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;

namespace MalariaLab.Web.Features.Runs;

/// <summary>What the runs table shows: filter text, order and page. The address holds all of it.</summary>
public sealed record RunFilter
{
    /// <summary>Rows of a page.</summary>
    public const int PageSize = 50;

    /// <summary>Filter text, see <see cref="RunQueryText"/>.</summary>
    public string Text { get; init; } = "";

    /// <summary>Key of the column that orders, see <see cref="RunTable.Columns"/>.</summary>
    public string Sort { get; init; } = "created";

    /// <summary>Largest first.</summary>
    public bool Descending { get; init; } = true;

    /// <summary>Page, from 0.</summary>
    public int Page { get; init; }

    /// <summary>Reads an address; what it does not know falls back to the default.</summary>
    public static RunFilter FromUrl(string url)
    {
        var query = QueryHelpers.ParseQuery(new Uri(url, UriKind.Absolute).Query);
        string? Get(string key) => query.TryGetValue(key, out var values) ? (string?)values : null;
        var sort = Get("sort");
        var standard = new RunFilter();
        return new()
        {
            Text = Get("q") ?? "",
            Sort = sort is not null && RunTable.Columns.ContainsKey(sort) ? sort : standard.Sort,
            Descending = Get("order") is { } order ? order != "up" : standard.Descending,
            Page = int.TryParse(Get("page"), NumberStyles.None, CultureInfo.InvariantCulture, out var page) && page > 1 ? page - 1 : 0,
        };
    }

    /// <summary>The address of this view, without what is standard.</summary>
    public string Url
    {
        get
        {
            var standard = new RunFilter();
            return LabUrls.With(LabUrls.Runs,
                ("q", Text),
                ("sort", Sort == standard.Sort ? null : Sort),
                ("order", Descending == standard.Descending ? null : "up"),
                ("page", Page == 0 ? null : (Page + 1).ToString(CultureInfo.InvariantCulture)));
        }
    }
}
