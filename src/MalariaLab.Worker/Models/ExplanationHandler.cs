using System.Text.Json;
using MalariaLab.Core;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Jobs;
using MalariaLab.Data.Store;

namespace MalariaLab.Worker.Models;

/// <summary>Grad-CAM of a finished run on images of the store.</summary>
internal sealed class ExplanationHandler(RunModels models, ContentStore store) : IJobHandler
{
    public JobKind Kind => JobKind.Explanation;

    public async Task<string?> ExecuteAsync(JobContext job, CancellationToken cancellationToken)
    {
        var wanted = JsonSerializer.Deserialize<ExplanationPayload>(job.PayloadJson, SpecJson.Options)!;
        if (wanted.Sha256.Count > ImageScoring.MaxImages)
            throw new ExplainedException($"{wanted.Sha256.Count} images are more than {ImageScoring.MaxImages} at once: explain fewer.");
        var files = new List<(string, byte[])>();
        foreach (var sha in wanted.Sha256) files.Add((sha, await store.ReadAsync(sha, cancellationToken)));
        var result = await models.UseAsync(job.SubjectId!.Value, (model, views) => wanted.ClassIndex < 0 || wanted.ClassIndex >= model.ClassNames.Count
            ? throw new ExplainedException($"The run knows classes 0 to {model.ClassNames.Count - 1}, not {wanted.ClassIndex}.")
            : ImageScoring.Score(model, views, files, explain: true, wanted.ClassIndex), cancellationToken);
        return JsonSerializer.Serialize(result, SpecJson.Options);
    }
}
