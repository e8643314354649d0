using MalariaLab.Data;
using MalariaLab.Web.Features.Exports;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Api;

/// <summary><c>/runs/{run}/exports</c>: what of a run can be taken away, and the files.</summary>
public static class ExportEndpoints
{
    /// <summary>Adds the endpoints.</summary>
    public static void MapExportApi(this IEndpointRouteBuilder api)
    {
        api.MapGet("/runs/{run}/exports", List).WithSummary("The files that a run can be taken away as.");
        api.MapGet("/runs/{run}/exports/{format}", Send).WithSummary($"One of them: {string.Join(", ", RunExports.Formats)}.");
        api.MapGet("/runs/{run}/predictions.csv", Predictions)
            .WithSummary("Predictions for the test part, or for a dataset that the run was evaluated on: "
                + "image, group, label, predicted, one probability a class.");
    }

    private static async Task<IReadOnlyList<ExportItem>> List(string run, RunExports exports, IDbContextFactory<LabDbContext> factory, CancellationToken ct) =>
        [.. (await exports.ListAsync(await Id(run, factory, ct), ct)).Select(e => new ExportItem(e.Format, e.FileName, e.What, e.Rows, e.Bytes))];

    private static async Task<IResult> Send(string run, string format, RunExports exports, HttpResponse response, IDbContextFactory<LabDbContext> factory, CancellationToken ct) =>
        await ExportFeature.SendAsync(await exports.FindAsync(await Id(run, factory, ct), format, ct), response, ct);

    private static async Task<IResult> Predictions(
        string run,
        RunExports exports,
        HttpResponse response,
        IDbContextFactory<LabDbContext> factory,
        CancellationToken ct,
        string? dataset = null)
    {
        if (dataset is null) return await Send(run, "predictions.csv", exports, response, factory, ct);
        await using var db = await factory.CreateDbContextAsync(ct);
        return await ExportFeature.SendAsync(await exports.OnDatasetAsync((await db.Run(run, ct)).Id, (await db.Version(dataset, ct)).Id, ct), response, ct);
    }

    private static async Task<long> Id(string run, IDbContextFactory<LabDbContext> factory, CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        return (await db.Run(run, ct)).Id;
    }
}

/// <summary>A file of a run.</summary>
/// <param name="Format">Name to ask for it.</param>
/// <param name="File">Name of the file.</param>
/// <param name="What">What it is.</param>
/// <param name="Rows">Epochs or images in it; null where it has no rows.</param>
/// <param name="Bytes">Its size; null where it is only known once the file is made.</param>
public sealed record ExportItem(string Format, string File, string What, int? Rows, long? Bytes);
