using MalariaLab.Core.Datasets.Insights;
using MalariaLab.Core.Jobs;
using MalariaLab.Data.Datasets;
using MalariaLab.Imaging;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Worker.Tests;

public sealed class InsightTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Import_Finished_LeadsToStatisticsDuplicatesAndAudit()
    {
        await using var lab = await TestLab.StartAsync();
        await using var worker = new WorkerProcess(lab.Paths.Root);
        var copied = ImageCodec.Encode(ImageCodec.Decode(TestCells.Paint(4, infected: true)), ImageFormat.Jpeg, 95);
        TestCells.WriteZip(Path.Combine(lab.Paths.Inbox, "cells.zip"), 20, 0, ("cells/Uninfected/C1P1_copy.jpg", copied));
        var import = await lab.ImportAsync("cells.zip", new() { GroupRule = "nih" });

        await using (var db = lab.Db())
            foreach (var task in await db.Tasks.Where(t => t.SubjectId == import.VersionId && t.Kind != JobKind.Import).Select(t => t.Id).ToListAsync(Cancellation))
                Assert.Equal("", (await lab.FinishedTaskAsync(task)).Reason);
        var insights = lab.Get<DatasetInsights>();
        var statistics = (await insights.FindAsync<DatasetStatistics>(import.VersionId, JobKind.Statistics, Cancellation))!;
        Assert.Equal([("png", 40), ("jpeg", 1)], statistics.Measures.Formats.Select(f => (f.Format, f.Count)));
        Assert.Equal((7, 7, 0), (statistics.Groups!.Count, statistics.Groups.Mixed, statistics.Groups.Ungrouped));
        Assert.Equal([20, 21], statistics.Classes.Select(c => c!.Images));
        Assert.All(statistics.Classes, c => Assert.Equal((64, 64), (ImageCodec.Decode(c!.Mean).Width, ImageCodec.Decode(c.Contrast!).Height)));
        Assert.All(statistics.Classes, c => Assert.Equal(1, c!.Histograms[0].Sum(), 1e-3));

        var duplicates = (await insights.FindAsync<DuplicateReport>(import.VersionId, JobKind.Duplicates, Cancellation))!;
        Assert.Equal(41, duplicates.Images);
        var pair = Assert.Single(duplicates.Pairs);
        await using var names = lab.Db();
        var found = await names.DatasetImages
            .Where(i => i.VersionId == import.VersionId && (i.Ordinal == pair.First || i.Ordinal == pair.Second))
            .OrderBy(i => i.Ordinal)
            .Select(i => i.Path)
            .ToListAsync(Cancellation);
        Assert.Equal(["cells/Parasitized/C4P4_cell_4.png", "cells/Uninfected/C1P1_copy.jpg"], found);

        var audit = (await insights.FindAsync<ShortcutAudit>(import.VersionId, JobKind.Audit, Cancellation))!;
        Assert.Equal((41, 7, 5), (audit.Images, audit.Groups, audit.Folds));
    }
}
