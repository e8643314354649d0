using MalariaLab.Core.Runs;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Runs;
using MalariaLab.Web.Live;
using Microsoft.AspNetCore.Components;

namespace MalariaLab.Web.Features.Compare;

/// <summary>Two to twenty runs side by side; the address holds all that is chosen.</summary>
public sealed partial class ComparePage : LivePage
{
    private readonly Dictionary<long, RunIntervals> intervals = [];
    private IReadOnlyList<RunRow> choices = [];
    private IReadOnlyList<SeedGroup> groups = [];
    private IReadOnlyList<long> ids = [];
    private Comparison? comparison;
    private CompareTests? tests;
    private string? shown;
    private string tested = "";
    private bool waiting;
    private bool left;

    /// <summary>Row ids with commas between.</summary>
    [SupplyParameterFromQuery]
    public string? Runs { get; set; }

    /// <summary>Set to choose runs anew.</summary>
    [SupplyParameterFromQuery]
    public string? Pick { get; set; }

    /// <summary><c>time</c> draws the curves over wall time.</summary>
    [SupplyParameterFromQuery]
    public string? Axis { get; set; }

    /// <summary>First run of the disagreements.</summary>
    [SupplyParameterFromQuery(Name = "a")]
    public long? First { get; set; }

    /// <summary>Second run of the disagreements.</summary>
    [SupplyParameterFromQuery(Name = "b")]
    public long? Second { get; set; }

    /// <summary>Which disagreements, see <see cref="DisagreementKind"/>.</summary>
    [SupplyParameterFromQuery]
    public string? Kind { get; set; }

    [Inject]
    private CompareReader Reader { get; set; } = null!;

    [Inject]
    private RunQueries Queries { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    // Which stored predictions are looked at.
    private string Scores => string.Join(',', comparison?.Scored.Select(r => r.Test!.SetId) ?? []);

    private string Asked => $"{Runs}?{Pick}";

    /// <inheritdoc />
    protected override bool Concerns(ChangeKind kind, long id) => kind is ChangeKind.Run or ChangeKind.Epoch && ids.Contains(id);

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        if (Loaded && shown != Asked) await LoadAsync();
    }

    /// <inheritdoc />
    protected override async Task LoadAsync()
    {
        shown = Asked;
        ids = Comparison.ParseIds(Runs);
        var read = Pick is null && ids.Count is >= Comparison.Fewest and <= Comparison.Most ? await Reader.ReadAsync(ids) : null;
        comparison = read?.Runs.Count >= Comparison.Fewest ? read : null;
        if (comparison is null)
        {
            var given = await Queries.RowsAsync(ids);
            choices = [.. given, .. (await Queries.ListAsync(new RunFilter { Statuses = [RunStatus.Succeeded], Take = 200 })).Items.ExceptBy(given.Select(r => r.Id), r => r.Id)];
            return;
        }
        if (tested != Scores) tests = null;
        groups = SeedGroup.In(comparison);
        foreach (var test in comparison.Scored.Select(r => r.Test!))
            if (Reader.Known(test) is { } known) intervals[test.SetId] = known;
    }

    /// <inheritdoc />
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        // The page stands before the tests and intervals are worked out, which may take seconds for many runs.
        if (waiting || tested == Scores) return;
        waiting = true;
        var (key, all) = (Scores, comparison?.Scored.Select(r => r.Test!).ToList() ?? []);
        var found = await Task.Run(() => CompareTests.Of(all));
        // Other runs may have been chosen meanwhile; then the next rendering begins anew.
        if (key == Scores) (tested, tests) = (key, found);
        foreach (var test in all.Where(t => !intervals.ContainsKey(t.SetId)))
        {
            if (left || key != Scores) break;
            StateHasChanged();
            intervals[test.SetId] = await Task.Run(() => Reader.Intervals(test));
        }
        waiting = false;
        StateHasChanged();
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        left = true;
        base.Dispose(disposing);
    }

    private void Show(long first, long second, DisagreementKind kind) => Navigation.NavigateTo(Address(Axis == "time", (first, second, kind)), replace: true);

    private string Address(bool axis, (long First, long Second, DisagreementKind Kind)? pair = null) => LabUrls.With(LabUrls.Compare(ids),
        ("axis", axis ? "time" : null),
        ("a", (pair?.First ?? First)?.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        ("b", (pair?.Second ?? Second)?.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        ("kind", pair?.Kind.ToString() ?? Kind));
}
