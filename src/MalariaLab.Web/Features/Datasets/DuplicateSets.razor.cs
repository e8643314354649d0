using System.Globalization;
using MalariaLab.Core;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Datasets.Insights;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using Microsoft.AspNetCore.Components;

namespace MalariaLab.Web.Features.Datasets;

/// <summary>Sets of images that show one picture, side by side, and the way to a version without the copies. Filters stand in the address.</summary>
public sealed partial class DuplicateSets : ComponentBase
{
    private const int PageSize = 20, MostShown = 12;
    private readonly Dictionary<int, int> kept = [];
    private Dictionary<int, DatasetImage> images = [];
    private IReadOnlyList<(SplitLine Split, byte[] Parts)> assignments = [];
    private IReadOnlyList<DuplicateSet> sets = [];
    private HashSet<int> leaving = [];
    private int[] labels = [];
    private int acrossClasses;
    private object? loaded;
    private string? refusal;
    private bool busy;

    /// <summary>The dataset and its version.</summary>
    [Parameter, EditorRequired]
    public DatasetDetail Detail { get; set; } = null!;

    /// <summary>The pairs.</summary>
    [Parameter, EditorRequired]
    public DuplicateReport Report { get; set; } = null!;

    /// <summary>Whether the visitor may change things.</summary>
    [Parameter]
    public bool MayChange { get; set; }

    /// <summary>Who makes the new version.</summary>
    [Parameter, EditorRequired]
    public Actor Actor { get; set; } = null!;

    /// <summary>Threshold in bits.</summary>
    [SupplyParameterFromQuery]
    public int? D { get; set; }

    /// <summary>See <see cref="DuplicateChoice"/>.</summary>
    [SupplyParameterFromQuery]
    public string? Scope { get; set; }

    /// <summary>Page, from 0.</summary>
    [SupplyParameterFromQuery]
    public int? Page { get; set; }

    [Inject]
    private DatasetReader Reader { get; set; } = null!;

    [Inject]
    private DerivedVersions Versions { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private DatasetVersion Version => Detail.Version;
    private bool Ready => Report.Pairs.Count == 0 || ReferenceEquals(loaded, Report);

    private int Distance => Math.Clamp(D ?? DuplicateSet.UsualDistance, 0, Report.MaxDistance);

    private int CurrentPage => Math.Clamp(Page ?? 0, 0, Math.Max(0, (sets.Count - 1) / PageSize));

    private IEnumerable<DuplicateSet> Shown => sets.Skip(CurrentPage * PageSize).Take(PageSize);

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        if (Report.Pairs.Count == 0) return;
        var report = Report;
        if (!ReferenceEquals(loaded, report))
        {
            var (ofImages, ofSplits) = (await Reader.LabelsAsync(Version.Id), await Reader.AssignmentsAsync(Detail));
            // Another report may have come meanwhile.
            if (!ReferenceEquals(report, Report)) return;
            (labels, assignments, loaded) = (ofImages, ofSplits, report);
            acrossClasses = report.Pairs.Count(p => labels[p.First] != labels[p.Second]);
        }
        var choice = DuplicateChoice.Parse(Scope);
        var parts = assignments.FirstOrDefault(a => a.Split.Id == choice.Split).Parts ?? [];
        sets = DuplicateSet.Of([.. Report.Pairs.Where(p => p.Distance <= Distance && choice.Takes(p, labels, parts))]);
        leaving = [.. DuplicateSet.Leaving(sets, kept)];
        images = await Reader.ImagesAsync(Version.Id, [.. Shown.SelectMany(s => s.Members.Take(MostShown))]);
    }

    private void Keep(DuplicateSet set, int ordinal)
    {
        kept[set.Members[0]] = ordinal;
        leaving = [.. DuplicateSet.Leaving(sets, kept)];
    }

    private async Task Resolve()
    {
        (busy, refusal) = (true, null);
        try
        {
            var changes = new VersionChanges
            {
                ParentVersionId = Version.Id,
                Exclude = [.. leaving.Order()],
                Reason = DuplicateSet.Reason(Report, Distance),
            };
            var made = await Versions.CreateAsync(changes, Actor);
            Navigation.NavigateTo(LabUrls.Dataset(made.DatasetId, made.Number, "duplicates"));
        }
        catch (ExplainedException e)
        {
            refusal = e.Message;
        }
        finally
        {
            busy = false;
        }
    }

    private void Go(string key, object? value) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameters(new Dictionary<string, object?>
    {
        [key] = value is string text && text != "all" ? text : null,
        ["page"] = null,
    }), replace: true);
}
