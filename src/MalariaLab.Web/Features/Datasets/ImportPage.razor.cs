using MalariaLab.Core;
using MalariaLab.Core.Datasets;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using MalariaLab.Imaging.Sources;
using MalariaLab.Web.Components.Shared;
using MalariaLab.Web.Hosting;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using Microsoft.JSInterop;

namespace MalariaLab.Web.Features.Datasets;

/// <summary>From a zip, the inbox or the sample to a running import.</summary>
public sealed partial class ImportPage : IAsyncDisposable
{
    // Names of a million entries, and of a group map; both stay in memory only while the page is open.
    private const long MaxNameBytes = 256 << 20, MaxMapBytes = 32 << 20;
    private readonly CancellationTokenSource closed = new();
    private ElementReference zone, fileInput, mapInput;
    private BrowserUpload upload = null!;
    private IReadOnlyList<InboxEntry> inbox = [];
    private InboxEntry? inboxChoice;
    private IReadOnlyList<string> paths = [];
    private ImportPreview? preview;
    private bool reading;
    private string? picked;
    private long pickedBytes;
    private string name = "", rule = "none", pattern = "", mapName = "", mapText = "";
    private string? nameError, ruleError;

    [Inject]
    private Inbox Inbox { get; set; } = null!;

    [Inject]
    private DatasetCommands Commands { get; set; } = null!;

    [Inject]
    private DatasetReader Reader { get; set; } = null!;

    [Inject]
    private IOptions<LabSettings> Settings { get; set; } = null!;

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private bool HasSource => picked is not null || inboxChoice is not null;

    private bool Uploading => upload.Share is not null;

    private double SentShare => upload.Share ?? 0;

    private string RuleText => rule switch { "regex" => "regex:" + pattern, "csv" => "csv:" + mapName, _ => rule };

    private ImportOptions Options => new() { GroupRule = RuleText, GroupMapCsv = rule == "csv" ? mapText : null };

    /// <inheritdoc />
    protected override bool Concerns(ChangeKind kind, long id) => false;

    /// <inheritdoc />
    protected override Task LoadAsync()
    {
        inbox = Inbox.List();
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    protected override void OnInitialized() => upload = new(Js, T, Picked, Sent, StateHasChanged);

    /// <inheritdoc />
    protected override Task OnAfterRenderAsync(bool firstRender) =>
        firstRender ? upload.ListenAsync(Navigation.ToAbsoluteUri(Assets["js/upload.js"]).ToString(), zone, fileInput) : Task.CompletedTask;

    private async Task Picked(string fileName, long bytes)
    {
        (picked, pickedBytes, inboxChoice, preview) = (fileName, bytes, null, null);
        if (!fileName.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
        {
            (picked, upload.Refusal) = (null, T["{0} is not a zip. Pack the folder with its class folders into one zip.", fileName]);
            StateHasChanged();
            return;
        }
        SuggestName(fileName);
        reading = true;
        StateHasChanged();
        paths = await upload.NamesAsync(MaxNameBytes);
        if (rule == "none") rule = ImportPreview.GuessRule(paths).Text;
        reading = false;
        Preview();
        StateHasChanged();
    }

    private Task Sent(string url)
    {
        Navigation.NavigateTo(LabUrls.Local(url));
        return Task.CompletedTask;
    }

    private async Task ChooseInbox(InboxEntry entry)
    {
        (inboxChoice, picked, upload.Refusal, preview, reading) = (entry, null, null, null, true);
        SuggestName(entry.Name);
        StateHasChanged();
        try
        {
            // A folder of a hundred thousand files takes a moment to list.
            paths = await Task.Run(() =>
            {
                using var source = ImageSource.Open(Path.Combine(Inbox.Folder, entry.Name));
                return (IReadOnlyList<string>)[.. source.Files.Select(f => f.Path)];
            }, closed.Token);
        }
        catch (SourceRefusedException e)
        {
            (paths, upload.Refusal) = ([], e.Message);
        }
        if (rule == "none") rule = ImportPreview.GuessRule(paths).Text;
        reading = false;
        Preview();
    }

    private void SuggestName(string fileName)
    {
        if (name.Length == 0) name = Path.GetFileNameWithoutExtension(fileName).Replace('_', ' ').Replace('-', ' ').Trim();
    }

    private void Preview()
    {
        ruleError = null;
        GroupRule found;
        try
        {
            found = rule == "csv" && string.IsNullOrWhiteSpace(mapText) ? GroupRule.None : Options.ToGroupRule();
        }
        catch (FormatException e)
        {
            (found, ruleError) = (GroupRule.None, e.Message);
        }
        preview = paths.Count == 0 ? null : ImportPreview.Of(paths, found);
    }

    private async Task ReadMaps()
    {
        mapName = string.Join(", ", await upload.FileNamesAsync(mapInput));
        mapText = await upload.TextAsync(mapInput, MaxMapBytes);
        Preview();
    }

    private async Task Import()
    {
        Preview();
        nameError = name.Trim().Length is 0 or > 200 ? T["A dataset needs a name of 1 to 200 characters."]
            : await Reader.IsNameTakenAsync(name.Trim()) ? T["There is a dataset of this name already; choose another."] : null;
        if (rule == "csv" && string.IsNullOrWhiteSpace(mapText)) ruleError ??= T["Choose the CSV file, or another way to find the patient."];
        if (nameError is not null || ruleError is not null) return;
        upload.Refusal = null;
        if (inboxChoice is { } entry)
        {
            await StartAsync(() => new NewImport
            {
                Name = name,
                Source = Data.Entities.ImportSource.Inbox,
                OriginalName = entry.Name,
                StoredName = entry.Name,
                Bytes = entry.Bytes,
                Options = Options,
            });
        }
        else
        {
            var fields = new Dictionary<string, string> { ["name"] = name.Trim(), ["group"] = RuleText };
            await upload.StartAsync(LabUrls.Upload, fields, rule == "csv" ? mapInput : null);
        }
    }

    private async Task ImportSample()
    {
        var free = await FreeNameAsync(T["Sample cells"]);
        await StartAsync(() => new NewImport { Name = free, Source = Data.Entities.ImportSource.Sample, OriginalName = free, Options = new() { GroupRule = GroupRule.Nih.Text } });
    }

    private async Task Fetch(OfferedDownload offered)
    {
        var free = await FreeNameAsync(offered.Title);
        await StartAsync(() => offered.Import(free));
    }

    private async Task<string> FreeNameAsync(string wanted)
    {
        var free = wanted;
        for (var i = 2; await Reader.IsNameTakenAsync(free); i++) free = $"{wanted} {i}";
        return free;
    }

    private async Task StartAsync(Func<NewImport> request)
    {
        long dataset = 0;
        if (await TryAsync(async () => dataset = (await Commands.StartImportAsync(request(), Actor)).DatasetId)) Navigation.NavigateTo(LabUrls.Dataset(dataset));
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Dispose();
        await closed.CancelAsync();
        closed.Dispose();
        await upload.DisposeAsync();
    }
}
