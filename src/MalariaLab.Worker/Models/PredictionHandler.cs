using System.Text.Json;
using MalariaLab.Core;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Jobs;
using MalariaLab.Data;

namespace MalariaLab.Worker.Models;

/// <summary>Scores uploaded images with a finished run and deletes them.</summary>
internal sealed class PredictionHandler(RunModels models, LabPaths paths) : IJobHandler
{
    public JobKind Kind => JobKind.Prediction;

    public async Task<string?> ExecuteAsync(JobContext job, CancellationToken cancellationToken)
    {
        var wanted = JsonSerializer.Deserialize<PredictionPayload>(job.PayloadJson, SpecJson.Options)!;
        // Stored names are the server's own; the file name alone keeps even a false one inside the folder.
        var uploads = wanted.Files.Select(file => Path.Combine(paths.Uploads, Path.GetFileName(file.StoredName))).ToList();
        if (uploads.Count > ImageScoring.MaxImages)
            throw new ExplainedException($"{uploads.Count} images are more than {ImageScoring.MaxImages} at once: import them as a dataset and evaluate the run on it.");
        var files = new List<(string, byte[])>();
        foreach (var (file, upload) in wanted.Files.Zip(uploads))
        {
            if (!File.Exists(upload)) throw new ExplainedException($"The upload of {file.Name} is no longer there: send it again.");
            files.Add((file.Name, await File.ReadAllBytesAsync(upload, cancellationToken)));
        }
        var result = await models.UseAsync(job.SubjectId!.Value, (model, views) => ImageScoring.Score(model, views, files, wanted.Explain, null), cancellationToken);
        foreach (var upload in uploads) File.Delete(upload);
        return JsonSerializer.Serialize(result, SpecJson.Options);
    }
}
