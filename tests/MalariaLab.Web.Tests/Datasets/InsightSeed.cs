using System.Text.Json;
using MalariaLab.Core.Datasets.Insights;
using MalariaLab.Core.Evaluation;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Jobs;
using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace MalariaLab.Web.Tests.Datasets;

/// <summary>Reports and predictions about a version, put straight into the database.</summary>
public static class InsightSeed
{
    /// <summary>Near-duplicates.</summary>
    public static Task AddDuplicatesAsync(IServiceProvider services, long versionId, params DuplicatePair[] pairs) =>
        AddAsync(services, versionId, JobKind.Duplicates, new DuplicateReport(12, 10, 40, pairs.Length, pairs));

    /// <summary>A report of any kind.</summary>
    public static async Task AddAsync<T>(IServiceProvider services, long versionId, JobKind kind, T report)
    {
        await using var db = services.GetRequiredService<IDbContextFactory<LabDbContext>>().CreateDbContext();
        db.DatasetInsights.Add(new DatasetInsight { VersionId = versionId, Kind = kind, Json = JsonSerializer.Serialize(report, SpecJson.Options), At = DateTimeOffset.UnixEpoch });
        await db.SaveChangesAsync();
    }

    /// <summary>A run of another version that has scored every image of this one, of two classes in turn.</summary>
    /// <param name="services">The lab.</param>
    /// <param name="versionId">The version that was scored.</param>
    /// <param name="second">Probability of the second class of each image.</param>
    public static async Task<long> AddPredictionsAsync(IServiceProvider services, long versionId, Func<int, float> second)
    {
        await using var db = services.GetRequiredService<IDbContextFactory<LabDbContext>>().CreateDbContext();
        var run = (await LabSeed.FillAsync(db, 1, DateTimeOffset.UnixEpoch))[0];
        await db.Runs.Where(r => r.Id == run).ExecuteUpdateAsync(set => set.SetProperty(r => r.Status, RunStatus.Succeeded));
        var version = await db.DatasetVersions.SingleAsync(v => v.Id == versionId);
        var images = Enumerable.Range(0, version.ImageCount).ToArray();
        var blob = PredictionBlob.Write(new()
        {
            Labels = version.ClassNames,
            Truth = [.. images.Select(i => i % 2)],
            Probabilities = [.. images.SelectMany(i => (float[])[1 - second(i), second(i)])],
        });
        db.PredictionSets.Add(new PredictionSet { RunId = run, DatasetVersionId = versionId, Scope = PredictionScope.All, SetHash = "", Count = images.Length, Blob = blob });
        await db.SaveChangesAsync();
        return run;
    }
}
