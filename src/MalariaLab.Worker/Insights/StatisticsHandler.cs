using MalariaLab.Core;
using MalariaLab.Core.Datasets.Insights;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Jobs;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Store;
using MalariaLab.Imaging;
using MalariaLab.Imaging.Statistics;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Worker.Insights;

/// <summary>What a dataset version, the subject, looks like as a whole: sizes, formats, patients, and each class's images laid on each other.</summary>
internal sealed class StatisticsHandler(IDbContextFactory<LabDbContext> contexts, ContentStore store, DatasetInsights insights) : IJobHandler
{
    private const int Side = 64, Channels = 3;

    public JobKind Kind => JobKind.Statistics;

    public async Task<string?> ExecuteAsync(JobContext job, CancellationToken cancellationToken)
    {
        var versionId = job.SubjectId!.Value;
        job.Progress.Report(("Measuring", 0));
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var classes = await db.DatasetVersions.Where(v => v.Id == versionId).Select(v => v.ClassNames).SingleOrDefaultAsync(cancellationToken)
            ?? throw new ExplainedException($"There is no dataset version {versionId}.");
        var rows = await db.DatasetImages.AsNoTracking().Where(i => i.VersionId == versionId).OrderBy(i => i.Ordinal)
            .Select(i => new { i.Group, Row = new ImageMeasures.Row(i.Label, i.Width, i.Height, i.Channels, i.Bytes, i.Format, i.Note != null) }).ToListAsync(cancellationToken);
        if (rows.Count == 0) throw new ExplainedException("This dataset version has no images to look at.");
        var locations = await store.LocateVersionAsync(versionId, cancellationToken);
        if (locations.Count != rows.Count)
            throw new ExplainedException($"The store has {locations.Count:N0} of the dataset's {rows.Count:N0} images: restore it from a backup or import the dataset again.");

        var (sums, unread) = Sum(rows.ConvertAll(r => r.Row.Label), classes.Count, locations, job, cancellationToken);
        await insights.SaveAsync(job, versionId, new DatasetStatistics
        {
            Measures = ImageMeasures.Of(rows.ConvertAll(r => r.Row)),
            Groups = GroupStatistics.Of(rows.Select(r => (r.Group, r.Row.Label)), classes.Count),
            Classes = [.. sums.Select((own, label) => own.Count == 0 ? null : Picture(own, sums.Where((_, other) => other != label)))],
            Unread = unread,
        }, cancellationToken);
        return null;
    }

    private (PixelMoments[] Sums, int Unread) Sum(
        List<int> labels, int classes, IReadOnlyList<ContentLocation> locations, JobContext job, CancellationToken cancellationToken)
    {
        var (total, gate, done, unread) = (New(), new Lock(), 0, 0);
        Parallel.For(0, labels.Count, new ParallelOptions { CancellationToken = cancellationToken }, New, (i, _, own) =>
        {
            try
            {
                var image = ImageCodec.Decode(store.Read(locations[i]), Channels);
                own[labels[i]].Add(Resampler.Resize(image, Side, Side, Interpolation.Bilinear).Pixels);
            }
            catch (Exception e) when (e is ImageException or IOException)
            {
                Interlocked.Increment(ref unread);
            }
            var now = Interlocked.Increment(ref done);
            if (now % 64 == 0) job.Progress.Report(($"Looking at images: {now:N0} of {labels.Count:N0}", (double)now / labels.Count));
            return own;
        }, own =>
        {
            lock (gate)
                for (var c = 0; c < classes; c++) total[c].Merge(own[c]);
        });
        return (total, unread);

        PixelMoments[] New() => [.. Enumerable.Range(0, classes).Select(_ => new PixelMoments(Side, Side, Channels))];
    }

    private static ClassPicture Picture(PixelMoments own, IEnumerable<PixelMoments> others)
    {
        var rest = new PixelMoments(Side, Side, Channels);
        foreach (var other in others) rest.Merge(other);
        var pixels = (float)own.Count * Side * Side;
        return new((int)own.Count, Png(own.Mean()), Png(own.Deviation()), rest.Count == 0 ? null : Png(own.ContrastTo(rest)),
            [.. Enumerable.Range(0, Channels).Select(c => own.Histogram(c).Select(n => MathF.Round(n / pixels, 6)).ToArray())]);
    }

    private static byte[] Png(PixelImage image) => ImageCodec.Encode(image, ImageFormat.Png);
}
