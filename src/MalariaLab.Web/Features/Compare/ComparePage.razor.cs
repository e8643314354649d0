using MalariaLab.Core.Runs;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Runs;
using MalariaLab.Web.Features.Plots;
using MalariaLab.Web.Live;
using Microsoft.AspNetCore.Components;

namespace MalariaLab.Web.Features.Compare;

/// <summary>Two to twenty runs side by side; the address holds all that is chosen.</summary>
public sealed partial class ComparePage : LivePage
{
    private readonly Dictionary<string, RunIntervals> intervals = [];
    private IReadOnlyList<RunRow> choices = [];
    private IReadOnlyList<SeedGroup> groups = [];
    private IReadOnlyList<PlottedRun> plotted = [];
    private CompareView view = new();
    private Comparison? comparison;
    private CompareTests? tests;
    private string? shown;
    private string tested = "";
    private bool standing;
    private bool waiting;
    private bool left;

    /// <summary>Row ids with commas between; the rest of the address is read by <see cref="CompareView"/>.</summary>
    [SupplyParameterFromQuery]
    public string? Runs { get; set; }

    [Inject]
    private CompareReader Reader { get; set; } = null!;

    [Inject]
    private RunQueries Queries { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    // Which stored predictions are looked at.
    private string Scores => string.Join(',', comparison?.Scored.Select(r => r.Test!.Key) ?? []);

    // What the database is asked for; the rest of the view only chooses from it.
    private string Asked => $"{Runs}?{view.Picking}?{view.On}";

    /// <inheritdoc />
    protected override bool Concerns(ChangeKind kind, long id) => kind is ChangeKind.Run or ChangeKind.Epoch && view.Ids.Contains(id);

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        view = CompareView.FromUrl(Navigation.Uri);
        if (Loaded && shown != Asked) await ReloadAsync();
    }

    /// <inheritdoc />
    protected override async Task LoadAsync()
    {
        view = CompareView.FromUrl(Navigation.Uri);
        shown = Asked;
        var read = !view.Picking && view.Ids.Count is >= Comparison.Fewest and <= Comparison.Most ? await Reader.ReadAsync(view.Ids, view.On) : null;
        comparison = read?.Runs.Count >= Comparison.Fewest ? read : null;
        if (comparison is null)
        {
            var given = await Queries.RowsAsync(view.Ids.ToList());
            choices = [.. given, .. (await Queries.ListAsync(new RunFilter { Statuses = [RunStatus.Succeeded], Take = 200 })).Items.ExceptBy(given.Select(r => r.Id), r => r.Id)];
            return;
        }
        if (tested != Scores) tests = null;
        groups = SeedGroup.In(comparison);
        plotted = [.. comparison.Runs.Select(r => new PlottedRun(r.Row, r.Spec, r.Name))];
        foreach (var test in comparison.Scored.Select(r => r.Test!))
            if (Reader.Known(test) is { } known) intervals[test.Key] = known;
    }

    /// <inheritdoc />
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (comparison is null) return;
        if (!standing)
        {
            // The figures are on the screen; now what lies below them, which takes longer to draw.
            standing = true;
            StateHasChanged();
        }
        // The page stands before the tests and intervals are worked out, which may take seconds for many runs.
        if (waiting || tested == Scores) return;
        waiting = true;
        var (key, all) = (Scores, comparison?.Scored.Select(r => r.Test!).ToList() ?? []);
        var found = await Task.Run(() => CompareTests.Of(all));
        // Other runs may have been chosen meanwhile; then the next rendering begins anew.
        if (key == Scores) (tested, tests) = (key, found);
        foreach (var test in all.Where(t => !intervals.ContainsKey(t.Key)))
        {
            if (left || key != Scores) break;
            StateHasChanged();
            intervals[test.Key] = await Task.Run(() => Reader.Intervals(test));
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

    private void Show(CompareView next) => Navigation.NavigateTo(next.Url, replace: true);
}
