using MalariaLab.Core;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using MalariaLab.Training.Scoring;
using MalariaLab.Worker.Hosting;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Worker.Models;

/// <summary>Networks of finished runs. The last used one stays loaded, so that a person who tries several images waits for scoring only.</summary>
internal sealed class RunModels(IDbContextFactory<LabDbContext> contexts, LabPaths paths, MachineInfo machine) : IDisposable
{
    private readonly SemaphoreSlim gate = new(1, 1);
    private (string File, ModelScorer Scorer)? warm;

    /// <summary>Uses a run's network, loading it if it is not the last used one.</summary>
    /// <param name="runId">Row id of the run.</param>
    /// <param name="use">Given the network and the number of views that the run's own test averages.</param>
    /// <param name="cancellation">Ends the waiting for the network.</param>
    /// <exception cref="ExplainedException">The run has no weights, or they are damaged.</exception>
    public async Task<T> UseAsync<T>(long runId, Func<ModelScorer, int, T> use, CancellationToken cancellation)
    {
        var (file, sha256, views) = await FindAsync(runId, cancellation);
        await gate.WaitAsync(cancellation);
        try
        {
            if (warm?.File != file)
            {
                warm?.Scorer.Dispose();
                warm = null;
                await ProveAsync(runId, file, sha256, cancellation);
                warm = (file, ModelScorer.Load(file, machine.Threads));
            }
            return use(warm.Value.Scorer, views);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Loads a run's network for the caller alone, for work that is too long to hold up others.</summary>
    /// <exception cref="ExplainedException">The run has no weights, or they are damaged.</exception>
    public async Task<ModelScorer> LoadAsync(long runId, CancellationToken cancellation) =>
        ModelScorer.Load(await WeightsFileAsync(runId, cancellation), machine.Threads);

    /// <summary>Weights that a run was evaluated with, to the bit.</summary>
    /// <exception cref="ExplainedException">There are none, or they are damaged.</exception>
    public async Task<string> WeightsFileAsync(long runId, CancellationToken cancellation)
    {
        var (file, sha256, _) = await FindAsync(runId, cancellation);
        await ProveAsync(runId, file, sha256, cancellation);
        return file;
    }

    public void Dispose()
    {
        warm?.Scorer.Dispose();
        gate.Dispose();
    }

    private async Task<(string File, string Sha256, int Views)> FindAsync(long runId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var run = await db.Runs.Where(r => r.Id == runId).Select(r => new { r.Status, r.Experiment!.SpecJson }).SingleOrDefaultAsync(cancellation)
            ?? throw new ExplainedException($"There is no run {runId}.");
        if (run.Status != RunStatus.Succeeded) throw new ExplainedException($"Run {runId} has not finished, so it has no network to use.");
        var stored = await db.Artifacts.Where(a => a.RunId == runId && a.Kind == ArtifactKind.Weights).Select(a => new { a.FileName, a.Sha256 }).SingleOrDefaultAsync(cancellation);
        return stored is not null && paths.Artifact(runId, stored.FileName) is var file && File.Exists(file)
            ? (file, stored.Sha256, SpecJson.Read(run.SpecJson).Evaluation.TestTimeViews)
            : throw new ExplainedException($"The weights of run {runId} are not there: restore them from a backup or repeat the run.");
    }

    private static async Task ProveAsync(long runId, string file, string sha256, CancellationToken cancellation)
    {
        if (!await FileHash.IsAsync(file, sha256, cancellation))
            throw new ExplainedException(
                $"The weights of run {runId} are damaged, for their checksum is not the one that was stored with the run: "
                    + "restore them from a backup or repeat the run.");
    }
}
