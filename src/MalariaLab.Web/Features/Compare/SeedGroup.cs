using MalariaLab.Core.Evaluation;
using MalariaLab.Core.Experiments;

namespace MalariaLab.Web.Features.Compare;

/// <summary>Scored runs that differ in their seed alone.</summary>
/// <param name="Runs">The runs, at least two.</param>
public sealed record SeedGroup(IReadOnlyList<ComparedEntry> Runs)
{
    /// <summary>The recipe and what else names the group: its first run without the seed.</summary>
    public string Name => $"{Runs[0].Spec.Recipe} ({string.Join(", ", Runs.Select(r => r.Name))})";

    /// <summary>A figure over the seeds; null where no run has it.</summary>
    public SeedSummary? Of(Func<EvaluationReport, double?> figure) => SeedSummary.Of([.. Runs.Select(r => figure(r.Test!.Report)).OfType<double>()]);

    /// <summary>Groups of at least two runs, on the same data with the same test set.</summary>
    public static IReadOnlyList<SeedGroup> In(Comparison comparison) =>
    [
        .. comparison.Scored.GroupBy(r => SpecJson.Hash(r.Spec with { Training = r.Spec.Training with { Seed = 0 } }) + r.Test!.Run.TestSet.TestSetHash)
            .Where(g => g.Skip(1).Any()).Select(g => new SeedGroup([.. g])),
    ];
}
