using System.Text.Json;
using MalariaLab.Core;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Runs;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Data.Experiments;

/// <summary>Collects what <see cref="SpecValidator"/> has to know of the data and of the lab, and checks a spec before it is queued.</summary>
public sealed class SpecFacts(IDbContextFactory<LabDbContext> contexts)
{
    /// <summary>All issues of a spec, errors first.</summary>
    public async Task<IReadOnlyList<SpecIssue>> CheckAsync(ExperimentSpec spec, CancellationToken cancellationToken = default) =>
        SpecValidator.Validate(spec, await DataAsync(spec.Data.SplitId, spec.Weights.StartRun, cancellationToken), await LabAsync(spec.Weights, cancellationToken));

    /// <summary>A split's dataset version, counted.</summary>
    /// <param name="splitId">The split.</param>
    /// <param name="start">The run that a training starts from, if any.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ExplainedException">There is no such split.</exception>
    public async Task<DatasetFacts> DataAsync(long splitId, long? start = null, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var split = await db.Splits.AsNoTracking().Where(s => s.Id == splitId)
            .Select(s => new { s.VersionId, s.CountsJson, s.LeakingGroups, s.Version!.ClassNames }).SingleOrDefaultAsync(cancellationToken)
            ?? throw new ExplainedException($"There is no split {splitId}: choose one of the dataset's splits.");
        var counts = JsonSerializer.Deserialize<SplitCounts>(split.CountsJson, JsonSerializerOptions.Web)!;
        var images = db.DatasetImages.Where(i => i.VersionId == split.VersionId);
        return new DatasetFacts
        {
            Classes = split.ClassNames,
            Train = counts.Train,
            Validation = counts.Validation,
            Test = counts.Test,
            LeakedGroups = split.LeakingGroups,
            LearnedByStart = await db.SeenTestImagesAsync(splitId, start, cancellationToken),
            IsGrey = !await images.AnyAsync(i => i.Channels > 2, cancellationToken),
            MedianSide = await MedianSideAsync(images, cancellationToken),
        };
    }

    /// <summary>Weights, finished runs and devices that are at hand; only what the choice of weights needs is read.</summary>
    public async Task<LabFacts> LabAsync(WeightsSpec weights, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var workers = (await db.Workers.AsNoTracking().Where(w => w.State != WorkerState.Stopped).Select(w => w.DeviceJson).ToListAsync(cancellationToken))
            .ConvertAll(json => JsonSerializer.Deserialize<Machine>(json, JsonSerializerOptions.Web)!);
        return new LabFacts
        {
            Files = weights.Source != WeightsSource.File ? null
                : await db.WeightsFiles.AsNoTracking().Select(WeightsFile.Known).ToListAsync(cancellationToken),
            Runs = weights is not { Source: WeightsSource.Run, RunId: { } parent } ? null : await FinishedAsync(db, parent, cancellationToken),
            HasBFloat16 = workers.Max(w => w.HasBFloat16),
            DeviceMemory = workers.Max(Memory),
        };
    }

    // Of the CUDA device that a worker trains on, else of its machine; a worker that has not described itself yet says nothing.
    private static long? Memory(Machine machine) => machine.Cuda?.FirstOrDefault(c => machine.Device == $"cuda:{c.Index}")?.MemoryBytes ?? machine.MemoryBytes;

    private static async Task<IReadOnlyList<KnownRun>> FinishedAsync(LabDbContext db, long runId, CancellationToken cancellationToken)
    {
        var specs = await db.Runs.AsNoTracking()
            .Where(r => r.Id == runId && r.Status == RunStatus.Succeeded && r.TrashedAt == null)
            .Select(r => r.Experiment!.SpecJson)
            .ToListAsync(cancellationToken);
        return specs.ConvertAll(SpecJson.Read).ConvertAll(spec => new KnownRun(runId, spec.Architecture, spec.Preprocessing.Scaling));
    }

    private static async Task<int?> MedianSideAsync(IQueryable<DatasetImage> images, CancellationToken cancellationToken)
    {
        var count = await images.CountAsync(cancellationToken);
        if (count == 0) return null;
        return await images.Select(i => i.Width < i.Height ? i.Width : i.Height).OrderBy(side => side).Skip(count / 2).FirstAsync(cancellationToken);
    }

    private sealed record Machine(string? Device, long? MemoryBytes, bool? HasBFloat16, IReadOnlyList<Cuda>? Cuda);

    private sealed record Cuda(int Index, long MemoryBytes);

    private sealed record SplitCounts(int[] Train, int[] Validation, int[] Test);
}
