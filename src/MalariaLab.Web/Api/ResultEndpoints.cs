using System.Text.Json;
using MalariaLab.Core.Evaluation;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Api;

/// <summary><c>/runs/{run}/results</c>.</summary>
public static class ResultEndpoints
{
    /// <summary>Adds the endpoints.</summary>
    public static void MapResults(this IEndpointRouteBuilder api)
    {
        api.MapGet("/runs/{run}/results", Show).WithSummary("Epochs, test metrics and hashes of a run.");
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
}
