using MalariaLab.Core.Evaluation;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Runs;
using MalariaLab.Data.Runs;

namespace MalariaLab.Web.Features.Compare;

/// <summary>What a run said about its test images.</summary>
/// <param name="SetId">Row id of the stored predictions; they never change.</param>
/// <param name="Run">Predictions and what they were made on; equal test sets are in the same image order.</param>
/// <param name="Report">The figures.</param>
/// <param name="VersionId">Dataset version of the images.</param>
/// <param name="Ordinals">Manifest position of each image; empty when the images are not known.</param>
public sealed record TestScores(long SetId, ComparedRun Run, EvaluationReport Report, long VersionId, IReadOnlyList<int> Ordinals)
{
    /// <summary>True when patients are known, so that images are not independent.</summary>
    public bool HasGroups => Run.Predictions.Groups.Any(g => g is not null);
}

/// <summary>One run of a comparison.</summary>
/// <param name="Row">The run.</param>
/// <param name="Name">Its name; with its number where two runs are called alike.</param>
/// <param name="Spec">What it was asked to do.</param>
/// <param name="Colour">Index of the palette, see <see cref="Components.Charts.Palette"/>.</param>
/// <param name="Epochs">Finished epochs.</param>
/// <param name="Test">Its test scores; null until it has some.</param>
public sealed record ComparedEntry(RunRow Row, string Name, ExperimentSpec Spec, int Colour, IReadOnlyList<EpochRecord> Epochs, TestScores? Test);

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
