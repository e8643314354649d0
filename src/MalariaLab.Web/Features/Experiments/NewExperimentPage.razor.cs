using MalariaLab.Core.Experiments;
using MalariaLab.Core.Experiments.Architectures;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Experiments;
using Microsoft.AspNetCore.Components;

namespace MalariaLab.Web.Features.Experiments;

/// <summary>From a recipe, or a run, to a queued experiment.</summary>
public sealed partial class NewExperimentPage
{
    private const int MaxRepeats = 50;
    private LabOffer? offer;
    private Recipe? recipe;
    private ExperimentDraft? draft;
    private DatasetFacts? data;
    private LabFacts lab = new();
    private IReadOnlyList<SpecIssue> issues = [];
    private TimeEstimate? time;
    private string name = "";
    private string? cloned, missing;
    private int repeats = 1, priority;
    private IReadOnlyList<DataSpec> folds = [];
    private bool busy, allFolds = true;
    private (string?, long?, long?) begun;
    private long? dataFor;

    private int ImageCount => data is null ? 0 : data.Train.Sum() + data.Validation.Sum() + data.Test.Sum();

    private bool CanPreview => !issues.Any(i => i.IsError
        && (i.Field is "architecture.size" or "architecture.channels" || i.Field.StartsWith("augmentation.", StringComparison.Ordinal)));

    private bool CanQueue => !busy && draft!.HasData && !issues.Any(i => i.IsError);

    private string Seeds
    {
        get
        {
            var first = draft!.Spec.Training.Seed;
            return repeats > 1 ? T["{0} runs, seeds {1} to {2}", repeats, first, first + repeats - 1] : T["One run"];
        }
    }

    /// <summary>Key of the recipe.</summary>
    [SupplyParameterFromQuery(Name = "recipe")]
    public string? RecipeKey { get; set; }

    /// <summary>A dataset that is chosen already.</summary>
    [SupplyParameterFromQuery]
    public long? Dataset { get; set; }

    /// <summary>A split that is chosen already.</summary>
    [SupplyParameterFromQuery]
    public long? Split { get; set; }

    /// <summary>A run to clone.</summary>
    [SupplyParameterFromQuery]
    public long? From { get; set; }

    /// <summary>A run whose network is trained further on other images.</summary>
    [SupplyParameterFromQuery]
    public long? Start { get; set; }

    [Inject]
    private ExperimentReader Reader { get; set; } = null!;

    [Inject]
    private SpecFacts Facts { get; set; } = null!;

    [Inject]
    private ExperimentOrders Orders { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private string SuggestedName => cloned ?? recipe?.Title ?? ArchitectureCatalogue.Find(draft!.Spec.Architecture.Key)?.Title ?? draft.Spec.Recipe;

    /// <inheritdoc />
    protected override bool Concerns(ChangeKind kind, long id) => false;

    /// <inheritdoc />
    protected override async Task LoadAsync()
    {
        offer = await Reader.OfferAsync(From ?? Start);
        lab = await Facts.LabAsync(new WeightsSpec()) with
        {
            Files = [.. offer.Files.AsQueryable().Select(WeightsFile.Known)],
            Runs = [.. offer.Runs.Select(r => new KnownRun(r.Id, r.Architecture, r.Scaling))],
        };
        await BeginAsync();
    }

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        if (Loaded && begun != (RecipeKey, From, Start)) await LoadAsync();
    }

    private async Task BeginAsync()
    {
        begun = (RecipeKey, From, Start);
        (draft, recipe, cloned, missing, data, time, name, issues) = (null, null, null, null, null, null, "", []);
        if (Start is { } start && RecipeKey is not null && Recipes.Find(RecipeKey) is { } other && offer!.Runs.FirstOrDefault(r => r.Id == start) is { } parent)
        {
            recipe = other;
            draft = ExperimentDraft.Of(other);
            draft.StartFrom(parent.Id, parent.Architecture);
        }
        else if ((From ?? Start) is { } from)
        {
            if (await Reader.RunAsync(from) is { } run)
            {
                var there = offer!.Versions.Any(v => v.VersionId == run.Spec.Data.DatasetVersionId);
                (draft, cloned, recipe) = (there ? new(run.Spec) : ExperimentDraft.WithoutData(run.Spec), run.Name, Recipes.Find(run.Spec.Recipe));
                if (Start is not null) draft = ExperimentDraft.WithoutData(run.Spec with { Weights = new() { Source = WeightsSource.Run, RunId = from } });
            }
            else missing = T["There is no run {0} to clone. Begin with a recipe.", from];
        }
        else if (RecipeKey is not null)
        {
            recipe = Recipes.Find(RecipeKey);
            if (recipe is null) missing = T["There is no recipe {0}. Choose one of these.", RecipeKey];
            else
            {
                draft = ExperimentDraft.Of(recipe);
                draft.StartFromImageNet(lab.Files!);
            }
        }
        if (draft is not null) Check();
    }

    private async Task DataChanged()
    {
        var (form, split, start) = (draft!, draft!.Spec.Data.SplitId, draft.Spec.Weights.StartRun);
        var (facts, all) = form.HasData ? (await Facts.DataAsync(split, start), await Reader.FoldsAsync(split)) : (null, []);
        // Another split may have been chosen meanwhile: its runs must not be queued on these folds.
        if (form != draft || split != draft.Spec.Data.SplitId || start != draft.Spec.Weights.StartRun) return;
        (data, folds, dataFor) = (facts, all, start);
        Check();
    }

    private async Task Changed()
    {
        // Another run brings another backbone, and learned from other images.
        var start = draft!.Spec.Weights.StartRun;
        if (start is { } chosen && offer!.Runs.FirstOrDefault(r => r.Id == chosen) is { } run) draft.StartFrom(run.Id, run.Architecture);
        Check();
        if (data is not null && start != dataFor) await DataChanged();
    }

    private void SetEarlyStopping(bool on)
    {
        draft!.SetEarlyStopping(on);
        Check();
    }

    private void Check()
    {
        issues = draft!.Issues(data, lab);
        try
        {
            time = data is null ? null : TimeEstimate.For(draft.Spec, draft.Classes, data.Train.Sum(), data.Validation.Sum(), offer!.Paces);
        }
        catch (SpecException)
        {
            // The issues say what is wrong with the network.
            time = null;
        }
    }

    private IReadOnlyList<(string Value, string Title)>? Options(string path) => path switch
    {
        "architecture.key" => [.. ArchitectureCatalogue.All.Select(a => (a.Key, a.Title))],
        "architecture.channels" => [("3", T["3, colour"]), ("1", T["1, grey"])],
        "weights.fileSha256" => [("", T["Choose …"]), .. offer!.Files.Select(f => (f.Sha256, $"{f.Name} ({f.Architecture ?? f.Format})"))],
        "architecture.backbone" => [("", T["its own"]), .. ArchitectureCatalogue.All.Where(a => a.Key != draft!.Spec.Architecture.Key).Select(a => (a.Key, a.Title))],
        "weights.runId" => [("", T["Choose …"]), .. offer!.Runs.Select(r => ($"{r.Id}", $"{r.Id} · {r.Name} ({r.Architecture.BackboneKey})"))],
        "weights.trainableFrom" => [("", T["Choose …"]), .. draft!.Graph()?.Blocks.Select(b => (b, b)) ?? []],
        _ => null,
    };

    private async Task Queue()
    {
        if (busy || !draft!.HasData || issues.Any(i => i.IsError)) return;
        busy = true;
        await TryAsync(async () =>
        {
            var title = name.Trim().Length > 0 ? name.Trim() : SuggestedName;
            if (folds.Count > 0 && allFolds)
            {
                Navigation.NavigateTo(LabUrls.RunGroup(await Orders.QueueFoldsAsync(draft.Spec, folds, title, priority, From ?? Start, Actor)));
                return;
            }
            var queued = await Orders.QueueAsync(draft.Spec, Math.Clamp(repeats, 1, MaxRepeats), title, priority, From ?? Start, Actor);
            Navigation.NavigateTo(queued.Count == 1 ? LabUrls.Run(queued[0]) : LabUrls.Queue);
        });
        busy = false;
    }
}
