using System.Globalization;
using MalariaLab.Core.Experiments;
using MalariaLab.Data.Runs;
using MalariaLab.Web.Components.Shared;

namespace MalariaLab.Web.Features.Plots;

/// <summary>A run as a point.</summary>
/// <param name="Row">Its figures.</param>
/// <param name="Spec">Its configuration.</param>
/// <param name="Name">How it is called beside the others.</param>
public sealed record PlottedRun(RunRow Row, ExperimentSpec Spec, string Name);

/// <summary>A field of the configuration or a figure, with its value for each run.</summary>
/// <param name="Key">Path of the field, or key of the figure.</param>
/// <param name="IsFigure">A result, not a choice.</param>
/// <param name="Texts">Values as text; an en dash where undefined.</param>
/// <param name="Numbers">Values as numbers: of a field of words the place of its word among <paramref name="Words"/>; null where undefined.</param>
/// <param name="Words">The words of a field that is no number, in the order of the axis; empty for numbers.</param>
/// <param name="Percent">Written as a percentage.</param>
public sealed record RunDimension(string Key, bool IsFigure, IReadOnlyList<string> Texts, IReadOnlyList<double?> Numbers, IReadOnlyList<string> Words, bool Percent = false)
{
    private static readonly (string Key, bool Percent, Func<RunRow, double?> Value)[] Figures =
    [
        ("Accuracy", true, r => r.Accuracy),
        ("Sensitivity", true, r => r.Sensitivity),
        ("Specificity", true, r => r.Specificity),
        ("AUC", false, r => r.Auc),
        ("F1", true, r => r.F1),
        ("Balanced accuracy", true, r => r.BalancedAccuracy),
        ("Best validation accuracy", true, r => r.BestValAccuracy),
        ("Lowest validation loss", false, r => r.BestValLoss),
        ("Best epoch", false, r => r.BestEpoch),
        ("Epochs trained", false, r => r.LastEpoch),
        ("Minutes of training", false, r => r.TrainSeconds > 0 ? r.TrainSeconds / 60 : null),
    ];

    /// <summary>Fields in which the runs differ in effect, in declaration order, then the figures that any of them has.</summary>
    public static IReadOnlyList<RunDimension> Of(IReadOnlyList<PlottedRun> runs)
    {
        if (runs.Count == 0) return [];
        var values = runs.Select(r => SpecDiff.Values(SpecNormal.Of(r.Spec))).ToList();
        var fields = Enumerable.Range(0, values[0].Count)
            .Where(i => !values[0][i].Path.StartsWith("data.", StringComparison.Ordinal) && values.Exists(v => v[i].Value != values[0][i].Value))
            .Select(i => Field(values[0][i].Path, [.. values.Select(v => v[i].Value)]));
        RunDimension[] data = [Field("data", [.. runs.Select(r => $"{r.Row.Dataset} v{r.Row.VersionNumber}")]), Field("split", [.. runs.Select(r => r.Row.Split)])];
        var figures = Figures.Select(f => Figure(f.Key, f.Percent, [.. runs.Select(r => f.Value(r.Row))]));
        return [.. data.Where(d => d.Words.Count > 1), .. fields, .. figures.Where(f => f.Numbers.Any(n => n is not null))];
    }

    private static RunDimension Field(string path, string[] texts)
    {
        var numbers = Array.ConvertAll(texts, t => double.TryParse(t, NumberStyles.Float, CultureInfo.InvariantCulture, out var n) ? n : (double?)null);
        if (numbers.All(n => n is not null)) return new(path, false, texts, numbers, []);
        var words = texts.Distinct().Order(StringComparer.Ordinal).ToList();
        return new(path, false, texts, [.. texts.Select(t => (double?)words.IndexOf(t))], words);
    }

    private static RunDimension Figure(string key, bool percent, double?[] values) =>
        new(key, true, [.. values.Select(v => percent ? Components.Shared.Figures.Percent(v, 2) : Components.Shared.Figures.Number(v))], values, [], percent);
}
