using MalariaLab.Core;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Runs;
using MalariaLab.Web.Components.Shared;
using MalariaLab.Web.Live;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Radzen;

namespace MalariaLab.Web.Features.Runs;

/// <summary>All runs, filtered, ordered and paged by the database; the address is the state.</summary>
public sealed partial class RunsPage : LivePage
{
    private static readonly (string Name, string Query)[] Chips =
        [("All", ""), ("Running", "status:running"), ("Succeeded", "status:succeeded"), ("Failed", "status:failed"), ("Archived", "is:archived"), ("Trash", "is:trashed")];

    private static readonly (RunSort Key, string Title, string Property, Func<RunRow, string> Value)[] FigureColumns =
    [
        (RunSort.Accuracy, "Accuracy", nameof(RunRow.Accuracy), r => Figures.Percent(r.Accuracy)),
        (RunSort.Sensitivity, "Sensitivity", nameof(RunRow.Sensitivity), r => Figures.Percent(r.Sensitivity)),
        (RunSort.Specificity, "Specificity", nameof(RunRow.Specificity), r => Figures.Percent(r.Specificity)),
        (RunSort.Auc, "AUC", nameof(RunRow.Auc), r => Figures.Fixed(r.Auc, 4)),
        (RunSort.BestValAccuracy, "Validation", nameof(RunRow.BestValAccuracy), r => Figures.Percent(r.BestValAccuracy)),
    ];

    private readonly HashSet<long> selected = [];
    private RunsView filter = new();
    private Page<RunRow> page = new([], 0);
    private string? refusal;
    private string text = "";

    [Inject]
    private RunQueries Queries { get; set; } = null!;

    [Inject]
    private RunLibrary Library { get; set; } = null!;

    [Inject]
    private DialogService Dialogs { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    /// <inheritdoc />
    protected override bool Concerns(ChangeKind kind, long id) => kind is ChangeKind.Run or ChangeKind.Epoch;

    /// <inheritdoc />
    protected override async Task OnInitializedAsync()
    {
        Take(Navigation.Uri);
        Navigation.LocationChanged += OnLocationChanged;
        await base.OnInitializedAsync();
    }

    /// <inheritdoc />
    protected override async Task LoadAsync()
    {
        try
        {
            page = await Queries.ListAsync(filter.ToFilter());
            refusal = null;
        }
        catch (ExplainedException e)
        {
            refusal = e.Message;
        }
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        Navigation.LocationChanged -= OnLocationChanged;
        base.Dispose(disposing);
    }

    private void OnLocationChanged(object? sender, LocationChangedEventArgs e)
    {
        if (new Uri(e.Location).AbsolutePath != LabUrls.Runs) return;
        Take(e.Location);
        _ = InvokeAsync(RefreshAsync);
    }

    private void Take(string url)
    {
        filter = RunsView.FromUrl(url);
        text = filter.Text;
    }

    private void Show(RunsView next) => Navigation.NavigateTo(next.Url);

    private SortOrder? Order(RunSort key) => filter.Sort != key ? null : filter.Descending ? SortOrder.Descending : SortOrder.Ascending;

    // The grid also reports its own first look and redraws; only a changed order leads on.
    private void Sort(LoadDataArgs args)
    {
        if (args.Sorts?.FirstOrDefault() is not { } sort || RunsView.ToSort(sort.Property) is not { } column) return;
        var next = filter with { Sort = column, Descending = sort.SortOrder == SortOrder.Descending, Page = 0 };
        if (next with { Page = filter.Page } != filter) Show(next);
    }

    private void Toggle(long id)
    {
        if (!selected.Remove(id)) selected.Add(id);
    }

    private async Task Archive()
    {
        if (await TryAsync(() => Library.SetArchivedAsync(selected, filter.Text != "is:archived"))) selected.Clear();
    }

    private async Task Trash()
    {
        var sure = await Dialogs.Confirm(T["{0} runs go to the trash, from where they can be restored.", selected.Count], T["Delete these runs?"], new() { OkButtonText = T["Delete"], CancelButtonText = T["Keep"] });
        if (sure != true) return;
        foreach (var id in selected.ToList())
            if (await TryAsync(() => Library.TrashAsync(id))) selected.Remove(id);
    }
}
