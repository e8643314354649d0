using System.Security.Claims;
using System.Text.Json;
using MalariaLab.Core;
using MalariaLab.Core.Evaluation;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Jobs;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using MalariaLab.Web.Features.Predict;
using MalariaLab.Web.Security;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;

namespace MalariaLab.Web.Api;

/// <summary>What finished runs are good for: <c>/runs/{run}/predict</c>, <c>/runs/{run}/evaluations</c> and <c>/evaluations/{id}</c>.</summary>
public static class ModelUseEndpoints
{
    /// <summary>Adds the endpoints.</summary>
    public static void MapModelUse(this IEndpointRouteBuilder api)
    {
        api.MapPost("/runs/{run}/predict", Predict).WithMetadata(new RequestSizeLimitAttribute(Predictor.MaxBytes))
            .WithSummary("Scores images (multipart files) with a finished run: class and probabilities of each, "
                + "with explain=true also where the network looked. They are not kept.");
        api.MapPost("/runs/{run}/evaluations", Evaluate).WithSummary("Queues the evaluation of a finished run on another dataset with the same class names.");
        api.MapGet("/evaluations/{evaluation:long}", Show).WithSummary("How far an evaluation is, and its figures.");
    }

    private static async Task<PredictionAnswer> Predict(
        string run,
        HttpRequest request,
        ClaimsPrincipal user,
        Predictor predictor,
        IDbContextFactory<LabDbContext> factory,
        CancellationToken ct,
        bool explain = false)
    {
        Run found;
        await using (var db = await factory.CreateDbContextAsync(ct)) found = await db.Run(run, ct);
        // Before the files are read: nobody should upload for a refusal.
        Predictor.RequireFinished(found.Id, found.Name, found.Status);
        var result = await predictor.PredictAsync((found.Id, found.Name, found.Status), await Read(request, predictor, ct), explain, user.Actor(), ct);
        return new(found.Id, found.Name, [.. result.Images.Select(image => Item(image, result.ClassNames))]);
    }

    private static PredictionItem Item(ImagePrediction image, IReadOnlyList<string> classes)
    {
        if (image.Predicted is not { } top) return new(image.Name, image.Refusal, null, null, null);
        var probabilities = classes.Zip(image.Probabilities!).ToDictionary(pair => pair.First, pair => pair.Second);
        return new(image.Name, null, classes[top], image.Probabilities![top], probabilities) { HeatMapPng = image.HeatMapPng };
    }

    private static async Task<List<UploadedImage>> Read(HttpRequest request, Predictor predictor, CancellationToken ct)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || type.Boundary.Length == 0)
            throw new ExplainedException("Images are sent as multipart/form-data, one file each.");
        var images = new List<UploadedImage>();
        try
        {
            var reader = new MultipartReader(HeaderUtilities.RemoveQuotes(type.Boundary).Value!, request.Body);
            while (await reader.ReadNextSectionAsync(ct) is { } section)
            {
                if (section.AsFileSection() is not { } file) continue;
                if (images.Count == Predictor.MaxImages)
                    throw new ExplainedException($"These are more than {Predictor.MaxImages} images at once: import them as a dataset and evaluate the run on it.");
                images.Add(await predictor.StoreAsync(file.FileName, file.FileStream!, ct));
            }
            return images;
        }
        catch (Exception e)
        {
            predictor.Discard(images);
            if (e is IOException or InvalidDataException) throw new ExplainedException($"The images did not arrive ({e.Message}) Send them again.", e);
            throw;
        }
    }

    private static async Task<IResult> Evaluate(
        string run,
        EvaluationRequest request,
        ClaimsPrincipal user,
        ExternalEvaluations evaluations,
        IDbContextFactory<LabDbContext> factory,
        CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var task = await evaluations.StartAsync(await db.Run(run, ct), await db.Version(request.Dataset, ct), user.Actor(), ct);
        return Results.Accepted($"{LabUrls.Api}/evaluations/{task}", await Show(task, factory, ct));
    }

    private static async Task<EvaluationState> Show(long evaluation, IDbContextFactory<LabDbContext> factory, CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var task = await db.Tasks.AsNoTracking().SingleOrDefaultAsync(t => t.Id == evaluation && t.Kind == JobKind.Evaluation, ct)
            ?? throw new NotFoundException($"There is no evaluation {evaluation}.");
        var run = await db.Run(task.SubjectId!.Value.ToString(System.Globalization.CultureInfo.InvariantCulture), ct);
        var (versionId, splitId) = JsonSerializer.Deserialize<EvaluationPayload>(task.PayloadJson, SpecJson.Options)!;
        var scope = splitId is { } id ? PredictionScope.TestOf(id) : PredictionScope.All;
        var version = await db.DatasetVersions.AsNoTracking().Include(v => v.Dataset).SingleOrDefaultAsync(v => v.Id == versionId, ct)
            ?? throw new NotFoundException($"The dataset of evaluation {evaluation} was deleted, and its figures with it.");
        var set = await db.Evaluations.Where(e => e.RunId == run.Id && e.DatasetVersionId == versionId && e.Scope == scope).Select(e => e.SetHash).FirstOrDefaultAsync(ct);
        var split = splitId is null ? null : await db.Splits.Where(s => s.Id == splitId).Select(s => s.Name).SingleOrDefaultAsync(ct) ?? "a deleted split";
        var report = task.ResultJson is null ? null : JsonSerializer.Deserialize<EvaluationReport>(task.ResultJson, JsonSerializerOptions.Web);
        var leftOut = splitId is null && report is not null ? version.ImageCount - report.N : 0;
        var epochs = await db.Epochs.AsNoTracking().Where(e => e.RunId == run.Id).OrderBy(e => e.Epoch).ToListAsync(ct);
        return new EvaluationState
        {
            Evaluation = task.Id,
            Stage = task.Stage,
            Progress = task.Progress,
            Run = run.Id,
            Name = run.Name,
            Recipe = run.Experiment!.Recipe,
            Dataset = version.Dataset!.Name,
            Split = split is null ? "all images" : $"test part of {split}",
            Seed = run.Experiment.Seed,
            Status = task.Status.ToString(),
            Reason = task.Reason.Length > 0 ? task.Reason : leftOut > 0 ? $"{leftOut} of {version.ImageCount} images are left out, because the run learned from them." : null,
            Device = run.Device,
            StartedAt = task.StartedAt,
            FinishedAt = task.FinishedAt,
            Epochs = epochs.ConvertAll(e => e.ToRecord()),
            Test = report,
            Hashes = new(version.ContentHash, run.Experiment.Split!.Hash, run.Experiment.SpecHash, set ?? ""),
        };
    }
}
