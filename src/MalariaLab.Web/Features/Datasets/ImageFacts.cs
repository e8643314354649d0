using MalariaLab.Core.Datasets;
using MalariaLab.Core.Datasets.Insights;
using MalariaLab.Core.Jobs;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Features.Datasets;

/// <summary>What is known of an image beside its row in the gallery.</summary>
/// <param name="Means">Mean of red, green and blue, 0 to 255.</param>
/// <param name="Deviations">Standard deviation of red, green and blue.</param>
/// <param name="BackgroundShare">Share of nearly black pixels.</param>
/// <param name="Parts">Its part in each split.</param>
/// <param name="Twins">Images that show the same picture.</param>
/// <param name="Said">What the newest runs said of it.</param>
public sealed record ImageKnowledge(
    IReadOnlyList<float> Means,
    IReadOnlyList<float> Deviations,
    float BackgroundShare,
    IReadOnlyList<ImagePart> Parts,
    IReadOnlyList<ImageTwin> Twins,
    IReadOnlyList<ImageVerdict> Said);

/// <summary>The part of an image in a split.</summary>
public sealed record ImagePart(string Split, string Part);

/// <summary>An image that shows the same picture.</summary>
public sealed record ImageTwin(int Ordinal, int Distance);

/// <summary>What a run said.</summary>
public sealed record ImageVerdict(long Run, string Name, int Predicted, float Probability, bool Right);

/// <summary>Gathers what is known of one image.</summary>
public sealed class ImageFacts(IDbContextFactory<LabDbContext> contexts, DatasetQueries queries, DatasetInsights insights, RunPredictions predictions)
{
    private const int MostRuns = 8;

    /// <summary>Everything, or null when there is no such image.</summary>
    public async Task<ImageKnowledge?> FindAsync(long versionId, int ordinal, CancellationToken cancellationToken = default)
    {
        if (await queries.ImageAsync(versionId, ordinal, cancellationToken) is not { } image) return null;
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var splits = await db.Splits.AsNoTracking()
            .Where(s => s.VersionId == versionId)
            .OrderBy(s => s.Id)
            .Select(s => new { s.Name, s.Assignment })
            .ToListAsync(cancellationToken);
        var twins = (await insights.FindAsync<DuplicateReport>(versionId, JobKind.Duplicates, cancellationToken))?.Pairs ?? [];
        var said = new List<ImageVerdict>();
        foreach (var run in await predictions.RunsAsync(versionId, MostRuns, cancellationToken))
            if ((await predictions.FindAsync(run.Id, versionId, cancellationToken)).TryGetValue(ordinal, out var one))
                said.Add(new(run.Id, run.Name, one.Predicted, one.Probability, one.Predicted == one.Label));
        return new([image.MeanR, image.MeanG, image.MeanB], [image.StdR, image.StdG, image.StdB], image.BackgroundShare,
            [.. splits.Where(s => ordinal < s.Assignment.Length).Select(s => new ImagePart(s.Name, ((SplitPart)s.Assignment[ordinal]).ToString()))],
            [.. twins.Where(p => p.First == ordinal || p.Second == ordinal).Select(p => new ImageTwin(p.First == ordinal ? p.Second : p.First, p.Distance))], said);
    }
}
