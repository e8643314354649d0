using System.Text.Json;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Jobs;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Weights;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Data.Jobs;

/// <summary>Which received files wait for a task; whoever ends the task without running it deletes them.</summary>
internal static class TaskUploads
{
    /// <summary>Server-made names below uploads/.</summary>
    public static async Task<IReadOnlyList<string>> OfAsync(LabDbContext db, LabTask task, CancellationToken cancellationToken) => task.Kind switch
    {
        JobKind.Import => await db.Imports
            .Where(i => i.TaskId == task.Id && i.StoredName != null && i.Source != ImportSource.Inbox)
            .Select(i => i.StoredName!)
            .ToListAsync(cancellationToken),
        JobKind.WeightsImport => JsonSerializer.Deserialize<WeightsImport>(task.PayloadJson, SpecJson.Options)?.StoredName is { } name ? [name] : [],
        JobKind.Prediction => [.. JsonSerializer.Deserialize<PredictionPayload>(task.PayloadJson, SpecJson.Options)!.Files.Select(f => f.StoredName)],
        _ => [],
    };

    /// <summary>
    /// Name of the upload that an import would need again and that is gone, or null: a worker deletes what it could not use, and so does a cancellation.
    /// Downloads are fetched again, and the inbox belongs to people.
    /// </summary>
    public static async Task<string?> MissingAsync(LabDbContext db, LabPaths paths, LabTask task, CancellationToken cancellationToken)
    {
        if (task.Kind != JobKind.Import) return null;
        var upload = await db.Imports.Where(i => i.TaskId == task.Id && i.StoredName != null && (i.Source == ImportSource.Upload || i.Source == ImportSource.Derived))
            .Select(i => new { i.StoredName, i.OriginalName }).SingleOrDefaultAsync(cancellationToken);
        return upload is null || File.Exists(Path.Combine(paths.Uploads, Path.GetFileName(upload.StoredName!))) ? null : upload.OriginalName;
    }

    /// <summary>Deletes some; names are reduced to names, so that nothing outside the folder can be meant.</summary>
    /// <returns>Bytes that were freed.</returns>
    public static long Delete(LabPaths paths, IEnumerable<string> names)
    {
        long freed = 0;
        foreach (var name in names.SelectMany(n => (string[])[n, n + ".part"]))
        {
            var file = new FileInfo(Path.Combine(paths.Uploads, Path.GetFileName(name)));
            if (!file.Exists) continue;
            freed += file.Length;
            file.Delete();
        }
        return freed;
    }
}
