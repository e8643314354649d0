using MalariaLab.Core.Datasets;
using MalariaLab.Core.Evaluation;
using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Bench;

/// <summary>Twenty scored runs in a lab of many: how long until their comparison stands on the screen.</summary>
internal static class CompareBench
{
    public const string Usage = "compare [--runs 10000] [--images 8268] [--repeats 10] [--postgres CONNECTION]   seed a lab and time the comparison of 20 runs in Chromium";
    private const int Together = 20;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var (runs, images, repeats) = (arguments.Int("runs") ?? 10_000, arguments.Int("images") ?? 8_268, arguments.Int("repeats") ?? 10);
        await using var lab = await WebLab.OpenAsync(arguments);
        await BenchRuns.SeedAsync(lab.Contexts, runs, epochs: 30);
        var sets = await ScoreAsync(lab, images, repeats);
        Console.WriteLine($"{lab.Provider}: {runs:N0} runs of 30 epochs; {sets.Count} times {Together} runs with {images:N0} scored images of one test set");
        await using var browser = await BenchBrowser.OpenAsync(lab, await lab.ServeAsync());
        if (browser is null) return 1;

        List<double> firstFresh = [], againFresh = [], againWithin = [];
        // The first page of all compiles code; it is no measurement.
        foreach (var (i, ids) in sets.Index())
        {
            var path = $"/compare?runs={string.Join(',', ids)}";
            var first = await browser.TimeAsync(path, Rows, Together);
            var again = await browser.TimeAsync(path, Rows, Together);
            if (i == 0) continue;
            firstFresh.Add(first.Fresh);
            againFresh.Add(again.Fresh);
            againWithin.Add(again.Within);
        }
        Times.PrintHead("until the metric table stands");
        Times.Print("fresh tab, runs not looked at yet", firstFresh);
        Times.Print("fresh tab, again", againFresh);
        Times.Print("from another page, again", againWithin);
        return 0;
    }

    private const string Rows = ".compare-metrics tbody tr";

    // Sets of runs that nobody has compared yet, all on the first split.
    private static async Task<List<List<long>>> ScoreAsync(WebLab lab, int images, int repeats)
    {
        var random = new Random(2);
        await using var db = await lab.Contexts.CreateDbContextAsync();
        var split = await db.Splits.Include(s => s.Version).OrderBy(s => s.Id).FirstAsync();
        // The test part is 30 % of the version.
        var all = images * 10 / 3;
        split.Assignment = [.. Enumerable.Range(0, all).Select(i => (byte)(i < images ? SplitPart.Test : SplitPart.Train))];
        split.TestCount = images;
        var pack = new BlobPack { FileName = "bench.pack", CreatedAt = split.CreatedAt };
        db.Add(pack);
        await db.SaveChangesAsync();
        for (var i = 0; i < all; i++)
        {
            var sha256 = i.ToString("x64", null);
            db.Add(new Blob { Sha256 = sha256, PackId = pack.Id });
            db.DatasetImages.Add(new DatasetImage
            {
                VersionId = split.VersionId,
                Ordinal = i,
                Path = $"{i}.png",
                Label = i % 2,
                Group = $"P{i % 193}",
                Sha256 = sha256,
                Format = "png",
            });
        }
        await db.SaveChangesAsync();
        db.ChangeTracker.Clear();
        var ids = await db.Runs
            .Where(r => r.Experiment!.SplitId == split.Id && r.Accuracy != null)
            .OrderBy(r => r.Id)
            .Select(r => r.Id)
            .Take((repeats + 1) * Together)
            .ToListAsync();
        foreach (var id in ids)
        {
            var truth = Enumerable.Range(0, images).Select(i => i % 2).ToArray();
            var predictions = new Predictions { Labels = split.Version!.ClassNames, Truth = truth, Probabilities = [.. truth.SelectMany(t => Probabilities(t, random))] };
            db.PredictionSets.Add(new PredictionSet
            {
                RunId = id,
                DatasetVersionId = split.VersionId,
                Scope = PredictionScope.Test,
                SetHash = split.TestSetHash,
                Count = images,
                Blob = PredictionBlob.Write(predictions),
                At = split.CreatedAt,
            });
            await db.SaveChangesAsync();
            db.ChangeTracker.Clear();
        }
        return [.. ids.Chunk(Together).Where(c => c.Length == Together).Select(c => c.ToList())];
    }

    private static float[] Probabilities(int truth, Random random)
    {
        var own = (float)Math.Pow(random.NextDouble(), 0.1);
        return truth == 0 ? [own, 1 - own] : [1 - own, own];
    }
}
