using MalariaLab.Core;
using MalariaLab.Core.Experiments;
using MalariaLab.Data;
using MalariaLab.Worker.Models;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Worker.Runs;

/// <summary>Finds the file that a run starts from: one of the library, or the weights that another run left, those of its best epoch.</summary>
internal sealed class StartWeightsFiles(IDbContextFactory<LabDbContext> contexts, RunModels models, LabPaths paths)
{
    /// <summary>
    /// Path and name for people; nulls for a random start.
    /// A file that is not there or damaged is told as a refusal, for a run with a checkpoint goes on without it.
    /// </summary>
    public async Task<(string? Path, string? Name, string? Refusal)> FindAsync(WeightsSpec weights, CancellationToken cancellation)
    {
        try
        {
            var (path, name) = await FileAsync(weights, cancellation);
            return (path, name, null);
        }
        catch (ExplainedException e)
        {
            return (null, null, e.Message);
        }
    }

    private async Task<(string? Path, string? Name)> FileAsync(WeightsSpec weights, CancellationToken cancellation)
    {
        if (weights.Source == WeightsSource.Random) return (null, null);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        if (weights.Source == WeightsSource.File)
        {
            var sha256 = weights.FileSha256?.ToLowerInvariant();
            var known = await db.WeightsFiles.AsNoTracking().SingleOrDefaultAsync(f => f.Sha256 == sha256, cancellation)
                ?? throw new ExplainedException($"The weights file {weights.FileSha256} is not in the weights library: import it again or choose another start.");
            var path = paths.WeightsFile(known.Sha256);
            if (!File.Exists(path) || !await FileHash.IsAsync(path, known.Sha256, cancellation))
            {
                var found = File.Exists(path) ? "damaged" : "not on the disk";
                throw new ExplainedException($"The weights file {known.Name} is {found}: delete it from the weights library and import it again, or choose another start.");
            }
            return (path, $"{known.Name} ({known.Sha256[..12]})");
        }
        var run = weights.RunId ?? throw new ExplainedException("The experiment starts from a run but names none: choose a finished run.");
        return (await models.WeightsFileAsync(run, cancellation), $"run {run}");
    }
}
