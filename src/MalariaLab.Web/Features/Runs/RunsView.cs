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

    /// <summary>Keys of the shown columns with commas between; empty for the standard ones.</summary>
    public string Columns { get; init; } = "";

    /// <summary>Whether a column is shown.</summary>
    public bool Shows(RunColumn column) => Columns.Length == 0 ? column.IsStandard : Columns.Split(',').Contains(column.Key);

    /// <summary>The view with a column shown or hidden.</summary>
    public RunsView Toggle(RunColumn column)
    {
        var shown = RunColumn.All.Where(c => c == column ? !Shows(c) : Shows(c)).ToList();
        // An empty list means the standard; the name of a run is always there, so one more column can stay.
        if (shown.Count == 0) return this;
        return this with { Columns = shown.SequenceEqual(RunColumn.All.Where(c => c.IsStandard)) ? "" : string.Join(',', shown.Select(c => c.Key)) };
    }

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
            Columns = string.Join(',', Get("columns").Split(',').Where(key => RunColumn.All.Any(c => c.Key == key)).Distinct()),
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
        ("columns", Columns),
        ("page", Page == 0 ? null : (Page + 1).ToString(CultureInfo.InvariantCulture)));

    /// <summary>The query.</summary>
    /// <exception cref="Core.ExplainedException">The filter text is not understood.</exception>
    public RunFilter ToFilter() => RunQueryText.Parse(Text) with { Sort = Sort, Descending = Descending, Skip = Page * PageSize, Take = PageSize };
}
