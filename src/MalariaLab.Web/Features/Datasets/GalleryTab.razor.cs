using System.Globalization;
using MalariaLab.Core.Datasets.Insights;
using MalariaLab.Core.Jobs;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace MalariaLab.Web.Features.Datasets;

/// <summary>The gallery. Filters stand in the address; the grid itself is the script's.</summary>
public sealed partial class GalleryTab : ComponentBase, IAsyncDisposable
{
    // Beyond this a list is slower than typing the name.
    private const int MostListed = 500;
    private ElementReference root;
    private IJSObjectReference? module, gallery;
    private IReadOnlyList<GroupLine> groups = [];
    private IReadOnlyList<ScoringRun> runs = [];
    private object? shown;

    /// <summary>The dataset and its version.</summary>
    [Parameter, EditorRequired]
    public DatasetDetail Detail { get; set; } = null!;

    /// <summary>Class index.</summary>
    [SupplyParameterFromQuery]
    public int? Class { get; set; }

    /// <summary>Patient.</summary>
    [SupplyParameterFromQuery]
    public string? Group { get; set; }

    /// <summary>Split and part, as <c>7-Test</c>.</summary>
    [SupplyParameterFromQuery]
    public string? Part { get; set; }

    /// <summary>Words in the path.</summary>
    [SupplyParameterFromQuery]
    public string? Text { get; set; }

    /// <summary>Quality flag, see <see cref="ImageQuality"/>.</summary>
    [SupplyParameterFromQuery]
    public string? Quality { get; set; }

    /// <summary>Least pixels of the longer side.</summary>
    [SupplyParameterFromQuery]
    public int? Min { get; set; }

    /// <summary>Most pixels of the longer side.</summary>
    [SupplyParameterFromQuery]
    public int? Max { get; set; }

    /// <summary>A run that has scored the images.</summary>
    [SupplyParameterFromQuery]
    public long? Run { get; set; }

    /// <summary><c>right</c>, <c>wrong</c> or the index of the class that the run predicted.</summary>
    [SupplyParameterFromQuery]
    public string? Said { get; set; }

    [Inject]
    private DatasetInsights Insights { get; set; } = null!;

    [Inject]
    private RunPredictions Predictions { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    private DatasetVersion Version => Detail.Version;

    /// <inheritdoc />
    protected override async Task OnInitializedAsync()
    {
        if (Version.GroupCount is > 0 and <= MostListed)
            groups = [.. ((await Insights.FindAsync<DatasetStatistics>(Version.Id, JobKind.Statistics))?.Groups?.Largest ?? []).OrderBy(g => g.Group, StringComparer.Ordinal)];
        runs = await Predictions.RunsAsync(Version.Id);
    }

    /// <inheritdoc />
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        var wanted = (Version.Id, Class, Group, Part, Text, Quality, Min, Max, Run, Said);
        if (wanted.Equals(shown)) return;
        shown = wanted;
        try
        {
            module ??= await Js.InvokeAsync<IJSObjectReference>("import", Navigation.ToAbsoluteUri(Assets["js/gallery.js"]).ToString());
            gallery ??= await module.InvokeAsync<IJSObjectReference>("create", root, new
            {
                Images = LabUrls.Images(Version.Id),
                Runs = LabUrls.Runs + "/",
                Classes = Version.ClassNames,
                Words = WordsForScript,
            });
            var part = Part?.Split('-') is [var split, var name] ? (Split: split, Name: name) : (Split: null, Name: null);
            await gallery.InvokeVoidAsync("filter", new
            {
                Label = Class,
                Group,
                Text,
                Quality = Enum.TryParse<ImageQuality>(Quality, ignoreCase: true, out var quality) ? quality.ToString() : null,
                MinSide = Min,
                MaxSide = Max,
                split = part.Split,
                part = part.Name,
                Run,
                Right = Run is null ? null : Said switch { "right" => "true", "wrong" => "false", _ => null },
                Predicted = Run is not null && int.TryParse(Said, NumberStyles.None, CultureInfo.InvariantCulture, out var predicted) ? predicted : (int?)null,
            });
        }
        catch (JSDisconnectedException)
        {
            // The browser has left.
        }
    }

    private object WordsForScript => new
    {
        Failed = T["The images could not be loaded."],
        Loading = T["Loading …"],
        None = T["No image passes all filters."],
        One = T["1 image"],
        Many = T["{0} images"],
        Class = T["Class"],
        Patient = T["Patient"],
        Size = T["Size"],
        Format = T["Format"],
        Place = T["Place in the manifest"],
        Note = T["Note"],
        Grey = T["grey"],
        Colour = T["colour"],
        Mean = T["Mean red, green, blue"],
        Deviation = T["Deviation"],
        Background = T["Black background"],
        Twins = T["Same picture"],
        Image = T["image {0}"],
        Run = T["Run {0}: {1}"],
        Right = T["right"],
        Wrong = T["wrong"],
        Parts = ((string[])["Train", "Validation", "Test", "Unused"]).ToDictionary(part => part, part => T[part]),
    };

    private void Go(string key, object? value)
    {
        var text = value as string;
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameter(key, string.IsNullOrEmpty(text) ? null : text), replace: true);
    }

    private async Task Resize(ChangeEventArgs change)
    {
        if (gallery is not null) await gallery.InvokeVoidAsync("resize", int.Parse((string)change.Value!, CultureInfo.InvariantCulture));
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (gallery is not null)
            {
                await gallery.InvokeVoidAsync("destroy");
                await gallery.DisposeAsync();
            }
            if (module is not null) await module.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // The browser has left.
        }
    }
}
