using System.Text.Json;
using MalariaLab.Core.Evaluation;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Features.Runs;

/// <summary>What the run page shows.</summary>
/// <param name="Run">The run with spec, dataset and split.</param>
/// <param name="By">Who made it.</param>
/// <param name="Test">Test figures; null until they are there.</param>
/// <param name="Events">Changes of state, oldest first.</param>
/// <param name="Artifacts">Its files.</param>
/// <param name="Parent">The run that it was cloned from or starts from.</param>
public sealed record RunView(Run Run, string? By, EvaluationReport? Test, IReadOnlyList<RunEvent> Events, IReadOnlyList<Artifact> Artifacts, Run? Parent)
{
    /// <summary>The spec.</summary>
    public ExperimentSpec Spec { get; } = SpecJson.Read(Run.Experiment!.SpecJson);

    /// <summary>What was changed against the parent; empty without one.</summary>
    public IReadOnlyList<SpecChange> Changes => Parent?.Experiment is { } parent ? SpecDiff.Between(SpecJson.Read(parent.SpecJson), Spec) : [];
}

/// <summary>Reads for the run page. Epochs come after a cursor, so that a live page never reads its history again.</summary>
public sealed class RunDetails(IDbContextFactory<LabDbContext> contexts, LabPaths paths)
{
    /// <summary>Bytes of a log that a page shows at most.</summary>
    public const int LogBytes = 64 << 10;

    /// <summary>The run, or null.</summary>
    public async Task<RunView?> FindAsync(long id)
    {
        await using var db = await contexts.CreateDbContextAsync();
        var run = await db.Runs.AsNoTracking().Include(r => r.Experiment!.DatasetVersion!.Dataset).Include(r => r.Experiment!.Split).SingleOrDefaultAsync(r => r.Id == id);
        if (run is null) return null;
        var by = await db.Users.Where(u => u.Id == run.CreatedById).Select(u => u.DisplayName).SingleOrDefaultAsync();
        var report = await db.Evaluations.AsNoTracking()
            .Where(e => e.RunId == id && e.Scope == PredictionScope.Test && e.DatasetVersionId == run.Experiment!.DatasetVersionId)
            .Select(e => e.ReportJson).SingleOrDefaultAsync();
        return new(run, by,
            report is null ? null : JsonSerializer.Deserialize<EvaluationReport>(report, JsonSerializerOptions.Web),
            await db.RunEvents.AsNoTracking().Where(e => e.RunId == id).OrderBy(e => e.Id).ToListAsync(),
            await db.Artifacts.AsNoTracking().Where(a => a.RunId == id).OrderBy(a => a.Id).ToListAsync(),
            run.ParentRunId is { } parent ? await db.Runs.AsNoTracking().Include(r => r.Experiment).SingleOrDefaultAsync(r => r.Id == parent) : null);
    }

    /// <summary>Epochs after <paramref name="epoch"/>, in order.</summary>
    public async Task<IReadOnlyList<EpochRecord>> EpochsAfterAsync(long id, int epoch)
    {
        await using var db = await contexts.CreateDbContextAsync();
        var rows = await db.Epochs.AsNoTracking().Where(e => e.RunId == id && e.Epoch > epoch).OrderBy(e => e.Epoch).ToListAsync();
        return rows.ConvertAll(row => row.ToRecord());
    }

    /// <summary>Live progress of runs.</summary>
    public async Task<IReadOnlyDictionary<long, RunProgress>> ProgressAsync(params IReadOnlyCollection<long> ids)
    {
        await using var db = await contexts.CreateDbContextAsync();
        return (await db.RunProgress.AsNoTracking().Where(p => ids.Contains(p.RunId)).ToListAsync()).ToDictionary(p => p.RunId, p => p.ToRecord());
    }

    /// <summary>The last epochs' validation (or else training) accuracy of several runs, for sparklines.</summary>
    public async Task<ILookup<long, double?>> SparksAsync(IReadOnlyCollection<long> ids, int epochs = 60)
    {
        await using var db = await contexts.CreateDbContextAsync();
        var rows = await db.Epochs.AsNoTracking().Where(e => ids.Contains(e.RunId)).OrderBy(e => e.Epoch)
            .Where(e => e.Epoch > db.Runs.Where(r => r.Id == e.RunId).Select(r => r.LastEpoch).FirstOrDefault() - epochs)
            .Select(e => new { e.RunId, Value = e.ValAccuracy ?? e.TrainAccuracy }).ToListAsync();
        return rows.ToLookup(r => r.RunId, r => (double?)r.Value);
    }

    /// <summary>The end of the run's log, or null when it has none.</summary>
    public async Task<string?> LogAsync(long id)
    {
        var path = paths.RunLog(id);
        if (!File.Exists(path)) return null;
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var cut = file.Length > LogBytes;
        if (cut) file.Seek(-LogBytes, SeekOrigin.End);
        using var reader = new StreamReader(file);
        if (cut) await reader.ReadLineAsync();
        return await reader.ReadToEndAsync();
    }
}
