using System.Globalization;
using CsvHelper;
using MalariaLab.Data;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Features.Datasets;

/// <summary>The refusal list as a file.</summary>
public static class RefusalsEndpoint
{
    /// <summary>Adds the endpoint.</summary>
    public static void MapRefusals(this IEndpointRouteBuilder endpoints) => endpoints.MapGet("/datasets/versions/{versionId:long}/refusals.csv", async (
        long versionId, IDbContextFactory<LabDbContext> contexts, CancellationToken ct) =>
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var lines = await db.ImportRefusals.AsNoTracking().Where(r => r.VersionId == versionId).OrderBy(r => r.Id)
            .Select(r => new { r.Path, r.Kind, r.Reason }).ToListAsync(ct);
        return Results.Stream(async stream =>
        {
            // A path may begin like a formula; a spreadsheet must not run it.
            await using var csv = CsvWriter.Create(stream, new CsvWriterOptions { Injection = CsvInjection.Escape }, leaveOpen: true);
            await csv.WriteRecordAsync(["path", "kind", "reason"]);
            foreach (var line in lines) await csv.WriteRecordAsync([line.Path, line.Kind, line.Reason]);
            await csv.FlushAsync();
        }, "text/csv", string.Create(CultureInfo.InvariantCulture, $"not-taken-{versionId}.csv"));
    });
}
