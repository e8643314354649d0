using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using MalariaLab.Core.Experiments;
using MalariaLab.Data.Datasets;
using MalariaLab.Imaging;
using MalariaLab.Worker.Caches;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Bench;

/// <summary>An import as the worker does it, from the archive to the committed manifest, in a data folder of its own; then a pixel cache.</summary>
internal static class ImportBench
{
    public const string Usage = "import --source ZIP|FOLDER | --synthetic 100000 [--group nih] [--cache 128]   also the longest wait of another writer";

    public static async Task<int> RunAsync(Arguments arguments)
    {
        await MeasureAsync(arguments["source"], arguments.Int("synthetic"), arguments["group"] ?? "nih", arguments.Int("cache"), Console.WriteLine);
        return 0;
    }

    /// <summary>Images a second through an import and its pixel cache together, with nobody else in the lab.</summary>
    public static Task<double> RateAsync(string source, int cache) => MeasureAsync(source, null, "nih", cache, null);

    private static async Task<double> MeasureAsync(string? source, int? synthetic, string group, int? cacheSize, Action<string>? report)
    {
        await using var lab = await BenchLab.StartAsync();
        var name = synthetic is { } count
            ? Paint(lab.Inbox, count)
            : Copy(Path.GetFullPath(source ?? throw new ArgumentException("--source or --synthetic is missing.")), lab.Inbox);
        var started = await lab.StartImportAsync(name, group);
        var job = await lab.ClaimAsync(started.TaskId);

        using var process = Process.GetCurrentProcess();
        var (clock, processor) = (Stopwatch.StartNew(), process.TotalProcessorTime);
        var wait = 0.0;
        if (report is null) await lab.DoAsync(job);
        else wait = await lab.LongestWaitAsync(() => lab.DoAsync(job));
        var seconds = clock.Elapsed.TotalSeconds;
        await using var db = lab.Db();
        var version = await db.DatasetVersions.AsNoTracking().SingleAsync(v => v.Id == started.VersionId);
        var files = version.ImageCount + version.RefusalCount;
        report?.Invoke(BenchLab.Text("import", files, clock, processor));
        report?.Invoke($"{version.Verdict} {version.GroupCount} groups, content hash {version.ContentHash}");
        report?.Invoke(string.Create(CultureInfo.InvariantCulture, $"another writer waited {wait:0.00} s at most"));

        if (cacheSize is not { } size) return files / seconds;
        process.Refresh();
        (clock, processor) = (Stopwatch.StartNew(), process.TotalProcessorTime);
        using var cache = await lab.Get<PixelCaches>().OpenAsync(
            version, await db.SplitItemsAsync(version.Id), new() { Key = "lenet", Size = size }, Interpolation.Bilinear, null, CancellationToken.None);
        seconds += clock.Elapsed.TotalSeconds;
        report?.Invoke(BenchLab.Text(string.Create(CultureInfo.InvariantCulture, $"{size} px cache"), cache.Count, clock, processor));
        return files / seconds;
    }

    // The inbox takes no links, so the source is copied there first; that is not part of the import.
    private static string Copy(string source, string inbox)
    {
        var target = Path.Combine(inbox, Path.GetFileName(source));
        if (File.Exists(source)) File.Copy(source, target);
        else foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var to = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }
        return Path.GetFileName(source);
    }

    /// <summary>Small noisy images of two classes and a thousand patients.</summary>
    private static string Paint(string inbox, int count)
    {
        using var zip = ZipFile.Open(Path.Combine(inbox, "synthetic.zip"), ZipArchiveMode.Create);
        foreach (var chunk in Enumerable.Range(0, count).Chunk(2000))
        {
            var files = chunk.AsParallel().AsOrdered().Select(i =>
            {
                var random = new Random(i);
                var (width, height) = (random.Next(24, 40), random.Next(24, 40));
                var pixels = new byte[width * height * 3];
                random.NextBytes(pixels);
                return ImageCodec.Encode(new PixelImage(width, height, 3, pixels), ImageFormat.Png);
            });
            foreach (var (index, file) in files.Index())
            {
                var i = chunk[index];
                var path = $"cells/{(i % 2 == 0 ? "Parasitized" : "Uninfected")}/C{i % 1000}P{i % 1000}_cell_{i}.png";
                using var entry = zip.CreateEntry(path, CompressionLevel.NoCompression).Open();
                entry.Write(file);
            }
        }
        return "synthetic.zip";
    }
}
