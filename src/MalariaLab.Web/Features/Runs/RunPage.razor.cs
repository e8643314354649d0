using MalariaLab.Core.Runs;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Runs;
using MalariaLab.Web.Live;
using Microsoft.AspNetCore.Components;

namespace MalariaLab.Web.Features.Runs;

/// <summary>One run: what it does now, its curves, its results, its configuration and its log.</summary>
public sealed partial class RunPage : LivePage
{
    private static readonly (string Key, string Title)[] Tabs =
    [
        ("results", "Results"), ("threshold", "Threshold"), ("calibration", "Calibration"), ("images", "Images"), ("patients", "Patients"), ("network", "Network"),
        ("configuration", "Configuration"), ("lineage", "Lineage"), ("files", "Files"), ("notes", "Notes"), ("log", "Log"),
    ];

    private IReadOnlyList<EpochRecord> epochs = [];
    private PageQuery? query;
    private RunView? view;
    private string tab = Tabs[0].Key;
    private long loadedId;
    private int changed;

    /// <summary>Row id of the run.</summary>
    [Parameter]
    public long Id { get; set; }

    /// <summary>The open tab, in the address.</summary>
    [SupplyParameterFromQuery]
    public string? Tab { get; set; }

    [Inject]
    private RunViews Views { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    /// <inheritdoc />
    protected override bool Concerns(ChangeKind kind, long id)
    {
        if (id != Id || kind is not (ChangeKind.Run or ChangeKind.Progress or ChangeKind.Epoch)) return false;
        if (kind != ChangeKind.Progress) Interlocked.Exchange(ref changed, 1);
        return true;
    }

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        query = new(Navigation.Uri);
        tab = Tabs.Any(t => t.Key == Tab) ? Tab! : Tabs[0].Key;
        if (Loaded && loadedId != Id) await ReloadAsync();
    }

    /// <inheritdoc />
    protected override async Task LoadAsync()
    {
        query ??= new(Navigation.Uri);
        if (loadedId != Id) epochs = [];
        loadedId = Id;
        view = await Views.FindAsync(Id);
        if (view is null) return;
        // A retried run may begin anew; then its history is read again.
        if (epochs.Count > 0 && view.Run.LastEpoch < epochs[^1].Epoch) epochs = [];
        var news = await Views.EpochsAsync(Id, epochs.Count == 0 ? 0 : epochs[^1].Epoch);
        if (news.Count > 0) epochs = [.. epochs, .. news];
    }

    /// <inheritdoc />
    protected override async Task UpdateAsync()
    {
        // Most changes of a run that trains are its progress alone.
        if (Interlocked.Exchange(ref changed, 0) == 1) await LoadAsync();
        else if (await Views.LiveAsync(Id) is { } live && view?.Run.Id == live.Id) view = view with { Detail = view.Detail with { Progress = live.Progress } };
    }

    private IEnumerable<(string Key, string Title)> TabTitles => Tabs.Select(t => (t.Key, T[t.Title]));

    // Part, class and threshold are looked at from several tabs.
    private void Open(string key) => Navigation.NavigateTo(
        LabUrls.With(LabUrls.Run(Id, key == Tabs[0].Key ? null : key), new[] { "part", "class", "t" }.Select(name => (name, query?.Text(name)))), replace: true);

    private static string Next(RunStatus status) => status switch
    {
        RunStatus.Draft => "Queue the run to start it.",
        RunStatus.Queued or RunStatus.Interrupted => "It waits for a worker; the queue page says why.",
        _ when status.IsActive() => "The curves appear after the first epoch.",
        _ => "The log says what happened. Clone the run to try other settings.",
    };
}
