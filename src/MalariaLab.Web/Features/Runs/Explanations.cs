using System.Text.Json;
using MalariaLab.Core;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Jobs;
using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Jobs;
using MalariaLab.Web.Features.Predict;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Features.Runs;

/// <summary>Where a finished run's network looked (Grad-CAM) on images of the store. Answers stay with their tasks, so nothing is asked twice.</summary>
public sealed class Explanations(IDbContextFactory<LabDbContext> contexts, LabTasks tasks)
{
    /// <summary>An answer that is there already, or null.</summary>
    /// <param name="runId">Row id of the run.</param>
    /// <param name="sha256">Content of the image.</param>
    /// <param name="classIndex">The class that is explained.</param>
    public async Task<ImagePrediction?> KnownAsync(long runId, string sha256, int classIndex)
    {
        var payload = Payload(sha256, classIndex);
        await using var db = await contexts.CreateDbContextAsync();
        var json = await db.Tasks.Where(t => t.Kind == JobKind.Explanation && t.SubjectId == runId && t.PayloadJson == payload && t.Status == LabTaskStatus.Succeeded)
            .Select(t => t.ResultJson).FirstOrDefaultAsync();
        return json is null ? null : JsonSerializer.Deserialize<PredictionResult>(json, SpecJson.Options)?.Images[0];
    }

    /// <summary>Asks a worker and waits. Who leaves meanwhile leaves the answer to the next one who asks.</summary>
    /// <param name="run">Row id, name and state of the run.</param>
    /// <param name="sha256">Content of the image.</param>
    /// <param name="classIndex">The class that is explained.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="cancellationToken">Nobody waits any more.</param>
    /// <exception cref="ExplainedException">The run has not finished, or the worker could not answer.</exception>
    public async Task<ImagePrediction> AskAsync((long Id, string Name, RunStatus Status) run, string sha256, int classIndex, Actor actor, CancellationToken cancellationToken)
    {
        Predictor.RequireFinished(run.Id, run.Name, run.Status);
        var task = await tasks.EnsureAsync(new(JobKind.Explanation, $"Grad-CAM of {run.Name}", run.Id, Payload(sha256, classIndex)), actor, cancellationToken);
        var answer = (await tasks.ResultAsync<PredictionResult>(task, SpecJson.Options, cancellationToken)).Images[0];
        return answer.Refusal is { } refusal ? throw new ExplainedException(refusal) : answer;
    }

    private static string Payload(string sha256, int classIndex) => JsonSerializer.Serialize(new ExplanationPayload([sha256], classIndex), SpecJson.Options);
}
