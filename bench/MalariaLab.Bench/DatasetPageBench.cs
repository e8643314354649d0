using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Datasets.Insights;
using MalariaLab.Core.Jobs;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Store;
using MalariaLab.Web;
using MalariaLab.Web.Features.Datasets;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Bench;

/// <summary>What the page of a large dataset reads, from the first query to the objects that are drawn; then the page itself in Chromium.</summary>
internal static class DatasetPageBench
{
    public const string Usage = "datasetpage [--images 100000] [--keep FOLDER]   "
        + "seed a dataset, time what its tabs read and how long the page takes to open; with --keep the lab can be opened afterwards";

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var count = arguments.Int("images") ?? 100_000;
        await using var lab = await BenchLab.StartAsync(arguments["keep"]);
        var (datasetId, versionId) = await SeedAsync(lab, count);
        var (reader, insights, gallery) = (new DatasetReader(lab.Get<IDbContextFactory<LabDbContext>>()), lab.Get<DatasetInsights>(), lab.Get<DatasetQueries>());
        Console.WriteLine($"{count:N0} images{"first ms",20}{"p50 ms",10}{"max ms",10}");
        await PrintAsync("overview", async () =>
        {
            await reader.FindAsync(datasetId);
            await insights.TaskAsync(versionId, JobKind.Statistics);
            await insights.FindAsync<DatasetStatistics>(versionId, JobKind.Statistics);
        });
        await PrintAsync("near-duplicates", async () =>
        {
            await reader.FindAsync(datasetId);
            await insights.FindAsync<DuplicateReport>(versionId, JobKind.Duplicates);
            await reader.LabelsAsync(versionId);
        });
        await PrintAsync("gallery, all", () => gallery.GalleryAsync(versionId, new() { Skip = count - 200, Take = 120 }));
        await PrintAsync("gallery, one patient", () => gallery.GalleryAsync(versionId, new() { Group = "P77", Take = 120 }));
        await PrintAsync("gallery, words", () => gallery.GalleryAsync(versionId, new() { Text = "cell_77", Take = 120 }));
        await PrintAsync("gallery, one class", () => gallery.GalleryAsync(versionId, new() { Label = 1, Skip = count / 4, Take = 120 }));
        await PrintAsync("gallery, duplicates", () => gallery.GalleryAsync(versionId, new() { Quality = ImageQuality.Duplicate, Take = 120 }));
        await BrowseAsync(arguments, lab, datasetId);
        return 0;
    }

    // Beside it the list with its one row: what any page of the lab costs on this machine at this moment.
    private static async Task BrowseAsync(Arguments arguments, BenchLab lab, long datasetId)
    {
        await using var web = await WebLab.OpenAsync(arguments, lab.Folder);
        await using var browser = await BenchBrowser.OpenAsync(web, await web.ServeAsync());
        if (browser is null) return;
        Console.WriteLine($"\n{"page, medians of 7",-24}{"fresh ms",9}{"by click ms",12}");
        (string Name, string Path, string Selector)[] pages =
        [
            ("list of datasets", LabUrls.Datasets, "main a[href^='/datasets/']"),
            ("dataset", LabUrls.Dataset(datasetId), "#facts-title"),
            ("versions", LabUrls.Dataset(datasetId, null, "versions"), "main table"),
        ];
        var times = pages.Select(_ => new List<(double Fresh, double Within)>()).ToList();
        for (var round = 0; round < 7; round++)
            foreach (var (index, (_, path, selector)) in pages.Index())
                times[index].Add(await browser.TimeAsync(path, selector, 1));
        foreach (var (page, seen) in pages.Zip(times))
        {
            var (fresh, within) = (seen.Select(t => t.Fresh).Order().ElementAt(3), seen.Select(t => t.Within).Order().ElementAt(3));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{page.Name,-24}{fresh,9:0}{within,12:0}"));
        }
    }

    private static async Task PrintAsync(string name, Func<Task> work)
    {
        var times = new List<double>();
        for (var i = 0; i < 21; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await work();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        var first = times[0];
        times.RemoveAt(0);
        times.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-24}{first,9:0.0}{times[10],10:0.0}{times[^1],10:0.0}"));
    }

    private static async Task<(long Dataset, long Version)> SeedAsync(BenchLab lab, int count)
    {
        var started = await lab.StartImportAsync("none", "nih");
        var job = await lab.ClaimAsync(started.TaskId);
        var random = new Random(1);
        var images = new List<DatasetImage>();
        await using var pack = lab.Get<ContentStore>().BeginWrite();
        for (var i = 0; i < count; i++)
        {
            var bytes = BitConverter.GetBytes(i);
            var sha = Convert.ToHexStringLower(SHA256.HashData(bytes));
            pack.Add(sha, bytes);
            images.Add(new()
            {
                Ordinal = i,
                Path = $"cells/{i % 2}/C{i % 1000}P{i % 1000}_cell_{i}.png",
                Sha256 = sha,
                Label = i % 2,
                Group = $"P{i % 1000}",
                Width = random.Next(60, 240),
                Height = random.Next(60, 240),
                Channels = 3,
                Bytes = random.Next(4000, 30000),
                Format = "png",
                MeanR = random.Next(256),
                StdR = 40,
                BackgroundShare = 0.3f,
                PerceptualHash = random.NextInt64(),
            });
        }
        using var process = Process.GetCurrentProcess();
        var (clock, processor) = (Stopwatch.StartNew(), process.TotalProcessorTime);
        await lab.Get<DatasetVersionWriter>().CompleteAsync(job, started.VersionId, new()
        {
            ClassNames = ["Parasitized", "Uninfected"],
            PositiveClass = 0,
            GroupRule = "nih",
            Images = images,
            Verdict = new ImportVerdict(true, $"Ready: {count:N0} images in 2 classes."),
        }, pack);
        Console.WriteLine(BenchLab.Text("manifest stored", count, clock, processor));
        await lab.Get<Data.Jobs.TaskExecution>().EndAsync(job.Id, job.Ticket, LabTaskStatus.Succeeded);
        var noise = new byte[9000];
        random.NextBytes(noise);
        var histograms = Enumerable.Range(0, 3).Select(_ => Enumerable.Range(0, 256).Select(_ => random.NextSingle() / 128).ToArray()).ToArray();
        var insights = lab.Get<DatasetInsights>();
        await SaveAsync(JobKind.Statistics, new DatasetStatistics
        {
            Measures = ImageMeasures.Of(images.ConvertAll(i => new ImageMeasures.Row(i.Label, i.Width, i.Height, i.Channels, i.Bytes, i.Format, false))),
            Groups = GroupStatistics.Of(images.Select(i => (i.Group, i.Label)), 2),
            Classes = [new(count / 2, noise, noise, noise, histograms), new(count / 2, noise, noise, noise, histograms)],
        });
        var pairs = Enumerable.Range(0, 2000).Select(i => new DuplicatePair(i * 7 % count, count - 1 - i, i % 11, 2)).ToList();
        await SaveAsync(JobKind.Duplicates, new DuplicateReport(count, 10, 50_000, pairs.Count, pairs));
        return (started.DatasetId, started.VersionId);

        async Task SaveAsync<T>(JobKind kind, T report)
        {
            var taken = await lab.ClaimAsync(await insights.StartAsync(started.VersionId, kind, new Actor(null, "bench")));
            await insights.SaveAsync(taken, started.VersionId, report);
            await lab.Get<Data.Jobs.TaskExecution>().EndAsync(taken.Id, taken.Ticket, LabTaskStatus.Succeeded);
        }
    }
}
