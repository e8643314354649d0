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

    private readonly HashSet<long> selected = [];
    private RunsView filter = new();
    private Page<RunRow> page = new([], 0);
    private IReadOnlyList<string> tags = [];
    private string? refusal;
    private string text = "", newTag = "";
    private volatile bool areTagsOld = true;

    [Inject]
    private RunQueries Queries { get; set; } = null!;

    [Inject]
    private RunLibrary Library { get; set; } = null!;

    [Inject]
    private DialogService Dialogs { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    /// <inheritdoc />
    protected override bool Concerns(ChangeKind kind, long id)
    {
        if (kind == ChangeKind.Run) areTagsOld = true;
        return kind is ChangeKind.Run or ChangeKind.Epoch;
    }

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
            if (areTagsOld)
            {
                areTagsOld = false;
                tags = await Queries.TagsAsync();
            }
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

    private void ToggleAll(ChangeEventArgs change)
    {
        foreach (var run in page.Items)
            if (change.Value is true) selected.Add(run.Id);
            else selected.Remove(run.Id);
    }

    // A tag that is asked for already is taken out again.
    private void FilterTag(string tag)
    {
        if (tag.Length == 0) return;
        var word = $"tag:{tag}";
        var words = filter.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Show(filter with { Text = string.Join(' ', words.Contains(word) ? words.Where(w => w != word) : [.. words, word]), Page = 0 });
    }

    private async Task Tag()
    {
        if (string.IsNullOrWhiteSpace(newTag)) return;
        foreach (var id in selected.ToList())
            if (!await TryAsync(() => Library.AddTagAsync(id, newTag))) return;
        newTag = "";
    }

    private async Task Archive()
    {
        if (await TryAsync(() => Library.SetArchivedAsync(selected, !InArchive))) selected.Clear();
    }

    private Task Restore() => EachAsync(id => Library.RestoreAsync(id));

    private async Task Trash()
    {
        var what = T.Plural(
            selected.Count,
            "{0} run goes to the trash, from where it can be restored.",
            "{0} runs go to the trash, from where they can be restored.");
        if (await Dialogs.SureAsync(T, what, T["Delete these runs?"], T["Delete"])) await EachAsync(id => Library.TrashAsync(id));
    }

    private async Task Purge()
    {
        var what = T.Plural(
            selected.Count,
            "{0} run with its weights, predictions and logs cannot be brought back.",
            "{0} runs with their weights, predictions and logs cannot be brought back.");
        if (await Dialogs.SureAsync(T, what, T["Delete for good?"], T["Delete for good"])) await EachAsync(id => Library.PurgeAsync(id));
    }

    // Those that were refused stay chosen.
    private async Task EachAsync(Func<long, Task> action)
    {
        foreach (var id in selected.ToList())
            if (await TryAsync(() => action(id))) selected.Remove(id);
    }

    private bool InArchive => HasWord("is:archived");

    private bool AllSelected => page.Items.Count > 0 && page.Items.All(r => selected.Contains(r.Id));

    private bool InTrash => HasWord("is:trashed");

    private bool HasWord(string word) => filter.Text.Split(' ').Contains(word, StringComparer.OrdinalIgnoreCase);
}
