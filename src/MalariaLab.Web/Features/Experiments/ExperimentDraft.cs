using MalariaLab.Core.Experiments;
using MalariaLab.Core.Experiments.Architectures;

namespace MalariaLab.Web.Features.Experiments;

/// <summary>
/// The experiment form: a spec that is always well formed, and beside it what was typed into fields that cannot be read yet. Fields are named by
/// their paths, as everywhere.
/// </summary>
public sealed class ExperimentDraft(ExperimentSpec spec)
{
    private static readonly DataSpec NoData = new() { DatasetVersionId = 0, SplitId = 0, DatasetHash = "", SplitHash = "" };
    private readonly Dictionary<string, (string Typed, string Error)> unreadable = [];
    private Dictionary<string, string>? values;

    /// <summary>The spec so far.</summary>
    public ExperimentSpec Spec { get; private set; } = spec;

    /// <summary>Number of classes of the chosen dataset; 2 until one is chosen.</summary>
    public int Classes { get; private set; } = Architecture.MinClasses;

    /// <summary>True once dataset and split are chosen.</summary>
    public bool HasData => Spec.Data.SplitId != 0;

    /// <summary>Sentences on what was typed and cannot be read, by path.</summary>
    public IEnumerable<SpecIssue> Unreadable => unreadable.Select(u => new SpecIssue(u.Key, u.Value.Error, IssueSeverity.Error));

    /// <summary>The preset of a recipe, without data.</summary>
    public static ExperimentDraft Of(Recipe recipe) => new(recipe.CreateSpec(NoData, Architecture.MinClasses));

    /// <summary>A spec without its data, for a clone whose data are gone.</summary>
    public static ExperimentDraft WithoutData(ExperimentSpec spec) => new(spec with { Data = NoData });

    /// <summary>What stands in a field: as typed where that cannot be read, else the value; <c>none</c> is an empty field.</summary>
    public string Text(string path)
    {
        if (unreadable.TryGetValue(path, out var entry)) return entry.Typed;
        values ??= SpecDiff.Values(Spec).ToDictionary(v => v.Path, v => v.Value);
        return values[path] is "none" && SpecField.All.First(f => f.Path == path) is { IsOptional: true } or { IsList: true } ? "" : values[path].Trim('[', ']');
    }

    /// <summary>Takes what was typed into a field.</summary>
    public void Set(string path, string typed)
    {
        unreadable.Remove(path);
        try
        {
            Replace(SpecEdit.Set(Spec, path, typed.Trim()));
        }
        catch (SpecException e)
        {
            unreadable[path] = (typed, e.Message);
            return;
        }
        if (path == "architecture.key") TakeArchitecture();
    }

    /// <summary>Puts the images in.</summary>
    /// <param name="data">Dataset version and split.</param>
    /// <param name="classes">Number of classes.</param>
    public void SetData(DataSpec data, int classes)
    {
        Classes = classes;
        var output = classes > Architecture.MinClasses ? OutputUnit.Softmax : Spec.Architecture.Output;
        Replace(Spec with { Data = data, Architecture = Spec.Architecture with { Output = output } });
    }

    /// <summary>Starts from a finished run, with this form's head on the run's backbone.</summary>
    /// <param name="run">The run.</param>
    /// <param name="network">Its network.</param>
    public void StartFrom(long run, ArchitectureSpec network)
    {
        var spec = StartChoice.OnBackboneOf(Spec, network);
        Replace(spec with { Weights = spec.Weights with { Source = WeightsSource.Run, RunId = run } });
    }

    /// <summary>Starts from the lab's ImageNet weights where the recipe does and there are some.</summary>
    public void StartFromImageNet(IReadOnlyList<KnownWeights> files) => Replace(StartChoice.OnImageNet(Spec, files));

    /// <summary>Takes the images out, when another dataset is chosen.</summary>
    public void ClearData() => Replace(Spec with { Data = NoData });

    /// <summary>Switches early stopping.</summary>
    public void SetEarlyStopping(bool on)
    {
        foreach (var path in unreadable.Keys.Where(p => p.StartsWith("earlyStopping.", StringComparison.Ordinal)).ToList()) unreadable.Remove(path);
        Replace(Spec with { EarlyStopping = on ? Spec.EarlyStopping ?? new() : null });
    }

    /// <summary>The network, or null while its fields do not make one.</summary>
    public NetworkGraph? Graph()
    {
        try { return ArchitectureCatalogue.Build(Spec.Architecture, Classes); }
        catch (SpecException) { return null; }
    }

    /// <summary>Everything that is wrong or doubtful, errors first; without data only what concerns the network and the numbers.</summary>
    public IReadOnlyList<SpecIssue> Issues(DatasetFacts? data, LabFacts? lab)
    {
        // The checks want data; until they are chosen, data that no rule minds, so that the other sentences appear as one types.
        int[] many = [100_000, 100_000];
        var facts = data ?? new DatasetFacts { Classes = ["0", "1"], Train = many, Validation = many, Test = many, IsGrey = Spec.Architecture.Channels == 1 };
        return [.. Unreadable, .. SpecValidator.Validate(Spec, facts, lab).Where(i => !unreadable.ContainsKey(i.Field))];
    }

    // Another network brings its own head and size; those of the last one mean nothing to it. A run as the start stays: its backbone comes under the new head.
    private void TakeArchitecture()
    {
        if (ArchitectureCatalogue.Find(Spec.Architecture.Key) is not { } found) return;
        foreach (var path in unreadable.Keys.Where(p => p.StartsWith("architecture.", StringComparison.Ordinal)).ToList()) unreadable.Remove(path);
        var defaults = found.Defaults;
        Replace(Spec with
        {
            Architecture = defaults with { HeadUnits = [.. found.HeadUnits], Dropout = found.Dropout, Output = found.OutputFor(defaults, Classes) },
            Weights = Spec.Weights.Source == WeightsSource.Run ? Spec.Weights : new(),
        });
    }

    private void Replace(ExperimentSpec spec)
    {
        Spec = spec;
        values = null;
    }
}
