using System.Globalization;
using System.Text.Json;
using CsvHelper;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Evaluation;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Api;

/// <summary><c>/runs/{run}/results</c> and <c>/runs/{run}/predictions.csv</c>.</summary>
public static class ResultEndpoints
{
    /// <summary>Adds the endpoints.</summary>
    public static void MapResults(this IEndpointRouteBuilder api)
    {
        api.MapGet("/runs/{run}/results", Show).WithSummary("Epochs, test metrics and hashes of a run.");
        api.MapGet("/runs/{run}/predictions.csv", Predictions).WithSummary("Test predictions: image, group, label, predicted, one probability a class.");
    }

    private static async Task<RunResults> Show(string run, IDbContextFactory<LabDbContext> factory, CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var found = await db.Run(run, ct);
        var epochs = await db.Epochs.AsNoTracking().Where(e => e.RunId == found.Id).OrderBy(e => e.Epoch).ToListAsync(ct);
        var report = await db.Evaluations.AsNoTracking()
            .Where(e => e.RunId == found.Id && e.Scope == PredictionScope.Test)
            .Select(e => e.ReportJson).FirstOrDefaultAsync(ct);
        var spec = found.Experiment!;
        return new RunResults
        {
            Run = found.Id,
            Name = found.Name,
            Recipe = spec.Recipe,
            Dataset = spec.DatasetVersion!.Dataset!.Name,
            Split = spec.Split!.Name,
            Seed = spec.Seed,
            Status = found.Status.ToString(),
            Reason = found.Reason.Length == 0 ? null : found.Reason,
            Device = found.Device,
            StartedAt = found.StartedAt,
            FinishedAt = found.FinishedAt,
            Epochs = epochs.ConvertAll(e => e.ToRecord()),
            Test = report is null ? null : JsonSerializer.Deserialize<EvaluationReport>(report, JsonSerializerOptions.Web),
            Hashes = new(spec.DatasetVersion.ContentHash, spec.Split.Hash, spec.SpecHash, spec.Split.TestSetHash),
        };
    }

    private static async Task<IResult> Predictions(string run, IDbContextFactory<LabDbContext> factory, CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var found = await db.Run(run, ct);
        var set = await db.PredictionSets.AsNoTracking().FirstOrDefaultAsync(p => p.RunId == found.Id && p.Scope == PredictionScope.Test, ct)
            ?? throw new NotFoundException($"Run {found.Id} ({found.Name}) has no test predictions: it is {found.Status}.");
        var version = found.Experiment!.DatasetVersion!;
        var images = await TestImages(db, found.Experiment, ct);
        var name = string.Create(CultureInfo.InvariantCulture, $"predictions-run-{found.Id}.csv");
        return Results.Stream(stream => Write(stream, images, set, version), "text/csv", name);
    }

    private static async Task<List<DatasetImage>> TestImages(LabDbContext db, Experiment experiment, CancellationToken ct)
    {
        var images = await db.DatasetImages.AsNoTracking().Where(i => i.VersionId == experiment.DatasetVersionId).OrderBy(i => i.Ordinal).ToListAsync(ct);
        return images.Where((_, i) => experiment.Split!.Assignment[i] == (byte)SplitPart.Test).ToList();
    }

    private static async Task Write(Stream stream, List<DatasetImage> images, PredictionSet set, DatasetVersion version)
    {
        var predictions = PredictionBlob.Read(set.Blob, version.ClassNames);
        var predicted = predictions.Predicted(version.PositiveClass);
        // A cell that a spreadsheet would run as a formula is escaped: file names come from outside.
        await using var csv = CsvWriter.Create(stream, new CsvWriterOptions { Injection = CsvInjection.Escape }, leaveOpen: true);
        await csv.WriteRecordAsync(["image", "group", "label", "predicted", .. version.ClassNames.Select(name => "p_" + name)]);
        for (var i = 0; i < images.Count; i++)
        {
            csv.WriteField(images[i].Path);
            csv.WriteField(images[i].Group);
            csv.WriteField(version.ClassNames[images[i].Label]);
            csv.WriteField(version.ClassNames[predicted[i]]);
            foreach (var score in predictions.Probabilities.AsSpan(i * predictions.Classes, predictions.Classes)) csv.WriteField(score);
            await csv.EndRecordAsync();
        }
        await csv.FlushAsync();
    }
}
