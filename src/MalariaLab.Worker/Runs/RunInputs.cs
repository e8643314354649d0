using MalariaLab.Core;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Experiments;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Worker.Runs;

/// <summary>What a run works on, as the database has it.</summary>
internal sealed record RunInputs
{
    public required string Name { get; init; }

    public required ExperimentSpec Spec { get; init; }

    public required DatasetVersion Version { get; init; }

    /// <summary>The manifest, in its order.</summary>
    public required IReadOnlyList<SplitItem> Items { get; init; }

    /// <summary>One part an image, in manifest order.</summary>
    public required byte[] Assignment { get; init; }

    /// <summary>Reads a run's inputs and checks that they are those that its spec names by hash.</summary>
    /// <exception cref="ExplainedException">They are not.</exception>
    public static async Task<RunInputs> LoadAsync(IDbContextFactory<LabDbContext> contexts, long runId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var run = await db.Runs.AsNoTracking().Include(r => r.Experiment!.DatasetVersion).Include(r => r.Experiment!.Split)
            .SingleAsync(r => r.Id == runId, cancellation);
        var spec = SpecJson.Read(run.Experiment!.SpecJson);
        var (version, split) = (run.Experiment.DatasetVersion!, run.Experiment.Split!);
        if (version.ContentHash != spec.Data.DatasetHash || split.Hash != spec.Data.SplitHash)
            throw new ExplainedException("The dataset or the split is not the one that the experiment was defined with: define the experiment again.");
        var items = await db.SplitItemsAsync(version.Id, cancellation);
        if (items.Count != split.Assignment.Length)
            throw new ExplainedException("The split does not belong to the dataset's images: make a new split.");
        return new() { Name = run.Name, Spec = spec, Version = version, Items = items, Assignment = split.Assignment };
    }
}
