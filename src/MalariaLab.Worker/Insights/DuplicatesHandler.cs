using MalariaLab.Core;
using MalariaLab.Core.Datasets.Insights;
using MalariaLab.Core.Jobs;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Store;
using MalariaLab.Imaging;
using MalariaLab.Imaging.Statistics;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Worker.Insights;

/// <summary>
/// Finds images of a dataset version, the subject, that show the same picture: the hashes of the import say which may, and the colours of those decide.
/// </summary>
internal sealed class DuplicatesHandler(IDbContextFactory<LabDbContext> contexts, ContentStore store, DatasetInsights insights) : IJobHandler
{
    /// <summary>Pairs beyond this distance are not looked for; readers choose a threshold up to it.</summary>
    public const int MaxDistance = 10;

    /// <summary>Longer lists help nobody, and would make the page slow.</summary>
    public const int MostPairs = 20_000;

    public JobKind Kind => JobKind.Duplicates;

    public async Task<string?> ExecuteAsync(JobContext job, CancellationToken cancellationToken)
    {
        var versionId = job.SubjectId!.Value;
        job.Progress.Report(("Comparing hashes", 0));
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await db.DatasetImages.AsNoTracking().Where(i => i.VersionId == versionId).OrderBy(i => i.Ordinal)
            .Select(i => new { i.Sha256, i.PerceptualHash }).ToListAsync(cancellationToken);
        var candidates = NearDuplicates.Candidates(rows.ConvertAll(r => unchecked((ulong)r.PerceptualHash)), MaxDistance);
        var small = await SmallAsync(versionId, rows.Count, [.. candidates.SelectMany(pair => (int[])[pair.First, pair.Second]).Distinct()], job, cancellationToken);

        job.Progress.Report(("Comparing colours", 1));
        var same = candidates.AsParallel().AsOrdered().WithCancellation(cancellationToken)
            .Where(pair => small[pair.First] is not null && small[pair.Second] is not null)
            .Select(pair => new DuplicatePair(pair.First, pair.Second, pair.Distance, NearDuplicates.SmallDifference(small[pair.First]!, small[pair.Second]!),
                rows[pair.First].Sha256 == rows[pair.Second].Sha256))
            .Where(pair => pair.Difference <= NearDuplicates.SameColours)
            .Select(pair => pair with { Difference = Math.Round(pair.Difference, 2) }).ToList();
        await insights.SaveAsync(job, versionId, new DuplicateReport(rows.Count, MaxDistance, candidates.Count, same.Count,
            [.. same.OrderBy(pair => pair.Distance).ThenBy(pair => pair.Difference).ThenBy(pair => pair.First).Take(MostPairs)]), cancellationToken);
        return null;
    }

    /// <summary>The images that take part in a comparison, small; null for the rest and for what cannot be read.</summary>
    private async Task<PixelImage?[]> SmallAsync(long versionId, int count, int[] wanted, JobContext job, CancellationToken cancellationToken)
    {
        var locations = await store.LocateVersionAsync(versionId, cancellationToken);
        if (locations.Count != count)
            throw new ExplainedException($"The store has {locations.Count:N0} of the dataset's {count:N0} images: restore it from a backup or import the dataset again.");
        var (small, done) = (new PixelImage?[count], 0);
        Parallel.ForEach(wanted, new ParallelOptions { CancellationToken = cancellationToken }, i =>
        {
            try { small[i] = NearDuplicates.Small(ImageCodec.Decode(store.Read(locations[i]), channels: 3)); }
            catch (Exception e) when (e is ImageException or IOException) { }
            var now = Interlocked.Increment(ref done);
            if (now % 64 == 0) job.Progress.Report(($"Looking at images: {now:N0} of {wanted.Length:N0}", (double)now / wanted.Length));
        });
        return small;
    }
}
