using MalariaLab.Core.Runs;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Runs;
using MalariaLab.Web.Live;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

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
    private string? revealed;
    private long loadedId;

    /// <summary>Row id of the run.</summary>
    [Parameter]
    public long Id { get; set; }

    /// <summary>The open tab, in the address.</summary>
    [SupplyParameterFromQuery]
    public string? Tab { get; set; }

    [Inject]
    private RunQueries Queries { get; set; } = null!;

    [Inject]
    private RunViews Views { get; set; } = null!;

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    /// <inheritdoc />
    protected override bool Concerns(ChangeKind kind, long id) => id == Id && kind is ChangeKind.Run or ChangeKind.Progress or ChangeKind.Epoch;

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        query = new(Navigation.Uri);
        tab = Tabs.Any(t => t.Key == Tab) ? Tab! : Tabs[0].Key;
        if (Loaded && loadedId != Id) await LoadAsync();
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
        var news = await Queries.EpochsAsync(Id, epochs.Count == 0 ? 0 : epochs[^1].Epoch);
        if (news.Count > 0) epochs = [.. epochs, .. news];
    }

    /// <inheritdoc />
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (view is null || revealed == tab) return;
        revealed = tab;
        try { await Js.InvokeVoidAsync("lab.revealTab", $"tab-{tab}"); }
        catch (JSDisconnectedException) { }
    }

    // Part, class and threshold are looked at from several tabs.
    private void Open(string key) => Navigation.NavigateTo(
        LabUrls.With(LabUrls.Run(Id, key == Tabs[0].Key ? null : key), new[] { "part", "class", "t" }.Select(name => (name, query?.Text(name)))), replace: true);

    private static string Next(RunStatus status) => status switch
    {
        RunStatus.Draft => "Queue the run to start it.",
        RunStatus.Queued or RunStatus.Interrupted => "It waits for a worker; the queue page says why.",
        _ when status.IsActive() => "The curves appear after the first epoch.",
        _ => "The log says what happened.",
    };
}
