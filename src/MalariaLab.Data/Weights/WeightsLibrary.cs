using System.Text.Json;
using MalariaLab.Core;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Jobs;
using MalariaLab.Core.Runs;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Jobs;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Data.Weights;

/// <summary>A file for the weights library: payload of a <see cref="JobKind.WeightsImport"/>.</summary>
public sealed record WeightsImport
{
    /// <summary>Name for lists.</summary>
    public required string Name { get; init; }

    /// <summary>Server-made name of an upload below uploads/; null for a download.</summary>
    public string? StoredName { get; init; }

    /// <summary>Key of the <see cref="OfficialWeights"/> to fetch; null for an upload.</summary>
    public string? Official { get; init; }

    /// <summary>Where the file comes from.</summary>
    public string Source { get; init; } = "";

    /// <summary>Note on its licence.</summary>
    public string Licence { get; init; } = "";

    /// <summary>Row id of the person.</summary>
    public long? By { get; init; }
}

/// <summary>Result of a <see cref="JobKind.WeightsImport"/>.</summary>
/// <param name="Weights">Row id.</param>
/// <param name="IsNew">False when the library had the file already.</param>
public sealed record ImportedWeights(long Weights, bool IsNew);

/// <summary>The weights library: imported files, each once, stored under their SHA-256.</summary>
public sealed class WeightsLibrary(IDbContextFactory<LabDbContext> contexts, LabTasks tasks, LabPaths paths, TimeProvider time)
{
    /// <summary>Bytes of the largest file that is taken.</summary>
    public const long LargestFile = 4L << 30;

    // People ask in the one web process.
    private static readonly SemaphoreSlim Downloads = new(1, 1);

    /// <summary>Queues the reading of an uploaded file.</summary>
    /// <returns>Row id of the task.</returns>
    public Task<long> ImportAsync(WeightsImport import, Actor actor, CancellationToken cancellationToken = default)
    {
        var payload = JsonSerializer.Serialize(import with { By = actor.UserId }, SpecJson.Options);
        return tasks.EnsureAsync(new(JobKind.WeightsImport, $"Weights: {import.Name}", null, payload), actor, cancellationToken);
    }

    /// <summary>Queues the fetching of official weights, unless someone's fetching of the same file is not done yet: two would write into one file.</summary>
    /// <returns>Row id of the task.</returns>
    /// <exception cref="ExplainedException">The key is unknown.</exception>
    public async Task<long> DownloadAsync(string key, Actor actor, CancellationToken cancellationToken = default)
    {
        var official = OfficialWeights.Get(key);
        await Downloads.WaitAsync(cancellationToken);
        try
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            var imports = await db.Tasks.AsNoTracking()
                .Where(t => t.Kind == JobKind.WeightsImport && t.FinishedAt == null && !t.CancelRequested)
                .ToListAsync(cancellationToken);
            foreach (var open in imports)
                if (JsonSerializer.Deserialize<WeightsImport>(open.PayloadJson, SpecJson.Options)!.Official == official.Key) return open.Id;
            var import = new WeightsImport { Name = official.Title, Official = official.Key, Source = official.Address.ToString(), Licence = official.Licence };
            return await ImportAsync(import, actor, cancellationToken);
        }
        finally
        {
            Downloads.Release();
        }
    }

    /// <summary>All files, newest first.</summary>
    public async Task<IReadOnlyList<WeightsFile>> ListAsync(CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.WeightsFiles.AsNoTracking().OrderByDescending(f => f.Id).ToListAsync(cancellationToken);
    }

    /// <summary>Adds a file whose bytes lie under their hash already; one that is there stays as it is.</summary>
    public Task<ImportedWeights> AddAsync(WeightsFile file, CancellationToken cancellationToken = default) => contexts.InTransactionAsync(async db =>
    {
        if (await db.WeightsFiles.Where(f => f.Sha256 == file.Sha256).Select(f => (long?)f.Id).SingleOrDefaultAsync(cancellationToken) is { } known)
            return new ImportedWeights(known, IsNew: false);
        file.CreatedAt = time.GetUtcNow();
        db.WeightsFiles.Add(file);
        await db.SaveChangesAsync(cancellationToken);
        return new(file.Id, IsNew: true);
    }, cancellationToken);

    /// <summary>Removes a file. Finished runs keep their results; new ones can't start from it.</summary>
    /// <exception cref="ExplainedException">There is none, or a run that is not finished starts from it.</exception>
    public async Task DeleteAsync(long id, Actor actor, CancellationToken cancellationToken = default)
    {
        await contexts.InTransactionAsync(async db =>
        {
            var file = await db.WeightsFiles.SingleOrDefaultAsync(f => f.Id == id, cancellationToken) ?? throw new ExplainedException($"The weights library has no file {id}.");
            var user = await db.Runs
                .Where(r => r.Experiment!.SpecJson.Contains(file.Sha256))
                .Where(r => r.Status != RunStatus.Succeeded && r.Status != RunStatus.Failed && r.Status != RunStatus.Canceled)
                .Select(r => (long?)r.Id).FirstOrDefaultAsync(cancellationToken);
            if (user is not null) throw new ExplainedException($"Run {user}, which is not finished, starts from {file.Name}: cancel it or wait until it is done.");
            db.WeightsFiles.Remove(file);
            db.AuditEntries.Add(AuditEntry.Of(actor, time.GetUtcNow(), "weights.delete", $"{file.Name} ({file.Sha256})"));
            await db.SaveChangesAsync(cancellationToken);
            // Before the commit: an import of the same file that adds its row after it finds that the bytes are gone and stores them again.
            File.Delete(paths.WeightsFile(file.Sha256));
        }, CancellationToken.None);
    }
}
