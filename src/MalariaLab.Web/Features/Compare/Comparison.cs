using MalariaLab.Core.Evaluation;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Runs;
using MalariaLab.Data.Runs;

namespace MalariaLab.Web.Features.Compare;

/// <summary>What a run said about its test images.</summary>
/// <param name="Key">Names the stored predictions and which of them are looked at; what it names never changes.</param>
/// <param name="Run">Predictions and what they were made on; equal test sets are in the same image order.</param>
/// <param name="Report">The figures.</param>
/// <param name="VersionId">Dataset version of the images.</param>
/// <param name="Ordinals">Manifest position of each image; empty when the images are not known.</param>
public sealed record TestScores(string Key, ComparedRun Run, EvaluationReport Report, long VersionId, IReadOnlyList<int> Ordinals)
{
    /// <summary>True when patients are known, so that images are not independent.</summary>
    public bool HasGroups => Run.Predictions.Groups.Any(g => g is not null);

    /// <summary>The same for some of the images only.</summary>
    /// <param name="kept">Positions, ascending.</param>
    /// <param name="name">Names the choice.</param>
    public TestScores Only(IReadOnlyList<int> kept, string name)
    {
        var predictions = Run.Predictions.Only(kept);
        return new($"{Key}/{name}", Run with { Predictions = predictions, TestSet = Run.TestSet with { Images = kept.Count } },
            Evaluator.Evaluate(predictions, Run.Positive, Run.Threshold), VersionId, Ordinals.Count == 0 ? [] : [.. kept.Select(i => Ordinals[i])]);
    }
}

/// <summary>One run of a comparison.</summary>
/// <param name="Row">The run.</param>
/// <param name="Name">Its name; with its number where two runs are called alike.</param>
/// <param name="Spec">What it was asked to do.</param>
/// <param name="ClassNames">The classes that it learned, in the order of its network.</param>
/// <param name="Colour">Index of the palette, the run's own everywhere.</param>
/// <param name="Dash">Dashes of its lines, where another run of the comparison has the same colour; see <see cref="Components.Charts.Palette.DashesOf"/>.</param>
/// <param name="StepsPerEpoch">Updates of the weights in an epoch.</param>
/// <param name="Epochs">Finished epochs.</param>
/// <param name="Test">Its test scores; null until it has some.</param>
public sealed record ComparedEntry(
    RunRow Row, string Name, ExperimentSpec Spec, IReadOnlyList<string> ClassNames, int Colour, int Dash, int StepsPerEpoch, IReadOnlyList<EpochRecord> Epochs, TestScores? Test);

/// <summary>Images that are left out because a run learned from them.</summary>
/// <param name="Images">Left out.</param>
/// <param name="Of">Images of the test set.</param>
/// <param name="Patients">Patients of the rest whose other images a run learned from.</param>
/// <param name="Names">Those runs.</param>
public sealed record LearnedImages(int Images, int Of, int Patients, IReadOnlyList<string> Names);

/// <summary>A field of the configuration in which runs differ; one value a run.</summary>
public sealed record ConfigurationRow(string Field, IReadOnlyList<string> Values);

/// <summary>Runs side by side, in the order of the address.</summary>
/// <param name="Runs">Those that exist.</param>
/// <param name="Missing">Asked for, but not there.</param>
public sealed record Comparison(IReadOnlyList<ComparedEntry> Runs, IReadOnlyList<long> Missing)
{
    /// <summary>Fewest runs.</summary>
    public const int Fewest = 2;

    /// <summary>Most runs.</summary>
    public const int Most = 20;

    /// <summary>The run on whose test set all are scored; null when each is on its own.</summary>
    public ComparedEntry? On { get; init; }

    /// <summary>With <see cref="On"/>: what could not be used; null when nothing.</summary>
    public LearnedImages? Learned { get; init; }

    /// <summary>Row id of a run and hash of a test set of another split that it was scored on.</summary>
    public IReadOnlySet<(long Run, string TestSetHash)> Elsewhere { get; init; } = new HashSet<(long, string)>();

    /// <summary>Runs with test scores.</summary>
    public IReadOnlyList<ComparedEntry> Scored { get; } = [.. Runs.Where(r => r.Test is not null)];

    /// <summary>The fields that differ in effect, in declaration order, the data first.</summary>
    public IReadOnlyList<ConfigurationRow> Configuration { get; } = Differences(Runs);

    /// <summary>Run ids from an address such as <c>3,5,8</c>: each once, what is no id is left out.</summary>
    public static IReadOnlyList<long> ParseIds(string? text) =>
        [.. (text ?? "").Split(',').Select(part => long.TryParse(part, System.Globalization.CultureInfo.InvariantCulture, out var id) ? id : 0).Where(id => id > 0).Distinct()];

    private static IReadOnlyList<ConfigurationRow> Differences(IReadOnlyList<ComparedEntry> runs)
    {
        if (runs.Count == 0) return [];
        var values = runs.Select(r => SpecDiff.Values(SpecNormal.Of(r.Spec)).Where(v => !v.Path.StartsWith("data.", StringComparison.Ordinal)).ToList()).ToList();
        IEnumerable<ConfigurationRow> rows =
        [
            new("data", [.. runs.Select(r => $"{r.Row.Dataset} v{r.Row.VersionNumber}")]),
            new("split", [.. runs.Select(r => r.Row.Split)]),
            .. values[0].Select((v, i) => new ConfigurationRow(v.Path, [.. values.Select(list => list[i].Value)])),
        ];
        return [.. rows.Where(r => r.Values.Distinct().Skip(1).Any())];
    }
}
