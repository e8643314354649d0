using System.Text.Json;
using MalariaLab.Core;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Jobs;
using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Jobs;

namespace MalariaLab.Web.Features.Predict;

/// <summary>Has a worker score uploaded images with a finished run. The images stay on disk only until the answer is there.</summary>
public sealed class Predictor(LabPaths paths, LabTasks tasks)
{
    /// <summary>Most images at once.</summary>
    public const int MaxImages = 256;

    /// <summary>Most bytes of one request or one choice of files.</summary>
    public const long MaxBytes = 256 << 20;

    /// <summary>Writes an image to disk under a name of the server's own.</summary>
    /// <param name="name">Name as the person knows it; only shown.</param>
    /// <param name="content">The file.</param>
    /// <param name="cancellationToken">Ends the upload; nothing of it is left.</param>
    public async Task<UploadedImage> StoreAsync(string name, Stream content, CancellationToken cancellationToken)
    {
        var path = paths.NewUpload(name);
        try
        {
            await using var target = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, FileOptions.Asynchronous);
            await content.CopyToAsync(target, cancellationToken);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
        return new(Path.GetFileName(name), Path.GetFileName(path));
    }

    /// <summary>Where a stored image lies.</summary>
    public string PathOf(UploadedImage image) => Path.Combine(paths.Uploads, image.StoredName);

    /// <summary>Deletes stored images; those that are gone already do not matter.</summary>
    public void Discard(IEnumerable<UploadedImage> images)
    {
        foreach (var image in images) File.Delete(PathOf(image));
    }

    /// <summary>The network's answer for stored images, which are deleted whatever happens.</summary>
    /// <param name="run">Row id, name and state of the run.</param>
    /// <param name="images">Stored images.</param>
    /// <param name="explain">Also where the network looked.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="cancellationToken">Nobody waits any more; the task is canceled.</param>
    /// <exception cref="ExplainedException">The run has not finished, or the worker could not score.</exception>
    public async Task<PredictionResult> PredictAsync(
        (long Id, string Name, RunStatus Status) run,
        IReadOnlyList<UploadedImage> images,
        bool explain,
        Actor actor,
        CancellationToken cancellationToken)
    {
        try
        {
            if (images.Count == 0) throw new ExplainedException("There is no image to score: send at least one file.");
            RequireFinished(run.Id, run.Name, run.Status);
            var title = images.Count == 1 ? $"{run.Name}: {images[0].Name}" : $"{run.Name}: {images.Count} images";
            var payload = JsonSerializer.Serialize(new PredictionPayload(images, explain), SpecJson.Options);
            var task = await tasks.EnqueueAsync(new(JobKind.Prediction, title, run.Id, payload), actor, cancellationToken);
            try
            {
                return await tasks.ResultAsync<PredictionResult>(task, SpecJson.Options, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                await tasks.CancelAsync(task, actor, CancellationToken.None);
                throw;
            }
        }
        finally
        {
            Discard(images);
        }
    }

    /// <summary>Refuses runs that have no network yet.</summary>
    /// <exception cref="ExplainedException">The run has not finished.</exception>
    public static void RequireFinished(long id, string name, RunStatus status)
    {
        if (status != RunStatus.Succeeded) throw new ExplainedException($"Run {id} ({name}) is {status}, so it has no network to use. Choose a run that succeeded.");
    }
}
