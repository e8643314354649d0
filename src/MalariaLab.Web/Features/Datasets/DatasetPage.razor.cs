using System.Globalization;
using MalariaLab.Core.Jobs;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Jobs;
using MalariaLab.Web.Components.Shared;
using Microsoft.AspNetCore.Components;
using Radzen;

namespace MalariaLab.Web.Features.Datasets;

/// <summary>One version of a dataset: what is in it, and what can be done with it.</summary>
public sealed partial class DatasetPage
{
    private DatasetDetail? detail;
    private LabTask? task;
    private string? asked, missing;
    private bool opened;

    [Inject]
    private DatasetReader Reader { get; set; } = null!;

    [Inject]
    private DatasetCommands Commands { get; set; } = null!;

    [Inject]
    private LabTasks Tasks { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private DialogService Dialogs { get; set; } = null!;

    /// <summary>The dataset.</summary>
    [Parameter]
    public long Id { get; set; }

    /// <summary>Number of the version; null is the newest.</summary>
    [SupplyParameterFromQuery]
    public int? Version { get; set; }

    /// <summary>Open tab.</summary>
    [SupplyParameterFromQuery]
    public string? Tab { get; set; }

    private string Current => Tabs.Any(t => t.Key == asked) ? asked! : "overview";

    private IEnumerable<(string Key, string Title)> Tabs
    {
        get
        {
            yield return ("overview", T["Overview"]);
            if (detail!.Version.ImageCount > 0)
            {
                yield return ("images", T["Images"]);
                yield return ("duplicates", T["Near-duplicates"]);
                yield return ("audit", T["Shortcuts"]);
            }
            if (detail.Version.Status == DatasetVersionStatus.Ready) yield return ("splits", $"{T["Splits"]} {detail.Splits.Count}");
            if (detail.Version.Status == DatasetVersionStatus.Ready) yield return ("labels", T["Label check"]);
            yield return ("versions", $"{T["Versions"]} {detail.Versions.Count}");
            if (detail.Version.RefusalCount > 0) yield return ("refused", $"{T["Not taken"]} {Figures.Count(detail.Version.RefusalCount)}");
        }
    }

    /// <inheritdoc />
    protected override bool Concerns(ChangeKind kind, long id) => kind switch
    {
        ChangeKind.Dataset => id == Id,
        ChangeKind.Task => id == task?.Id,
        _ => false,
    };

    /// <inheritdoc />
    protected override async Task LoadAsync()
    {
        detail = await Reader.FindAsync(Id, Version);
        task = detail?.Import?.TaskId is { } taskId ? await Tasks.FindAsync(taskId) : null;
        missing = task?.Status is LabTaskStatus.Failed or LabTaskStatus.Canceled ? await Tasks.MissingUploadAsync(task) : null;
    }

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        // Tabs listen to the address too. Blazor fails when one comes while it is telling its listeners of a change; so the tab follows a moment later,
        // except at the opening, where the overview would be drawn for nothing.
        if (opened && asked != Tab) await Task.Yield();
        (asked, opened) = (Tab, true);
        if (Loaded && (detail?.Dataset.Id != Id || DatasetReader.Shown(detail?.Versions ?? [], Version)?.Id != detail?.Version.Id)) await ReloadAsync();
    }

    private void Open(string tab) => Navigation.NavigateTo(LabUrls.Dataset(Id, Version, tab == "overview" ? null : tab), replace: true);

    private void ChooseVersion(ChangeEventArgs change) => Navigation.NavigateTo(LabUrls.Dataset(Id, int.Parse((string)change.Value!, CultureInfo.InvariantCulture), Tab));

    private Task<bool> Cancel() => TryAsync(() => Tasks.CancelAsync(task!.Id, Actor));

    private Task<bool> Retry() => TryAsync(() => Tasks.RetryAsync(task!.Id));

    private Task<bool> SetPositiveClass(int label) => TryAsync(() => Commands.SetPositiveClassAsync(detail!.Version.Id, label));

    private async Task Trash()
    {
        var question = T["Put {0} into the trash? Its runs keep working, and it can be restored.", detail!.Dataset.Name];
        if (await Dialogs.SureAsync(T, question, T["Delete"], T["Delete"])) await TryAsync(() => Commands.TrashAsync(Id), T["{0} is in the trash.", detail.Dataset.Name]);
    }

    private Task<bool> Restore() => TryAsync(() => Commands.RestoreAsync(Id), T["{0} is back.", detail!.Dataset.Name]);
}
