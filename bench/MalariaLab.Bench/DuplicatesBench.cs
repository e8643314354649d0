using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using MalariaLab.Core.Datasets.Insights;
using MalariaLab.Core.Jobs;
using MalariaLab.Data.Datasets;
using MalariaLab.Imaging;
using MalariaLab.Imaging.Sources;

namespace MalariaLab.Bench;

/// <summary>Near-duplicates of a data set of any size: the given images, then turned and mirrored ones, of which each fiftieth is a recompressed copy instead.</summary>
internal static class DuplicatesBench
{
    public const string Usage = "duplicates --data ZIP [--images 27558]   import that many, replicated with changes, and time the search";

    private const int CopyEach = 50;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var wanted = arguments.Int("images") ?? 27_558;
        await using var lab = await BenchLab.StartAsync();
        var copies = Replicate(arguments.Require("data"), Path.Combine(lab.Inbox, "many.zip"), wanted);
        var started = await lab.StartImportAsync("many.zip", "nih");
        await lab.DoAsync(await lab.ClaimAsync(started.TaskId));

        using var process = Process.GetCurrentProcess();
        var (clock, processor) = (Stopwatch.StartNew(), process.TotalProcessorTime);
        await lab.ReportAsync(started.VersionId, JobKind.Duplicates);
        var report = (await lab.Get<DatasetInsights>().FindAsync<DuplicateReport>(started.VersionId, JobKind.Duplicates))!;
        Console.WriteLine(BenchLab.Text("near-duplicates", report.Images, clock, processor));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{report.Candidates:N0} pairs of near hashes, {report.Found:N0} of one picture; {copies:N0} copies were planted"));
        return 0;
    }

    private static int Replicate(string data, string target, int wanted)
    {
        using var source = ImageSource.Open(Path.GetFullPath(data));
        var files = source.Files.Where(f => f.Path.EndsWith(".png", StringComparison.OrdinalIgnoreCase) || f.Path.EndsWith(".jpeg", StringComparison.OrdinalIgnoreCase)).ToArray();
        using var zip = ZipFile.Open(target, ZipArchiveMode.Create);
        var copies = 0;
        foreach (var chunk in Enumerable.Range(0, wanted).Chunk(1000))
        {
            var made = chunk.AsParallel().AsOrdered()
                .Select(i => i < files.Length ? source.Read(files[i]) : Change(source.Read(files[i % files.Length]), i, i / files.Length))
                .ToList();
            foreach (var (index, bytes) in made.Index())
            {
                var i = chunk[index];
                if (i >= files.Length && i % CopyEach == 0) copies++;
                var path = files[i % files.Length].Path;
                var copy = Path.Combine(Path.GetDirectoryName(path)!, $"{Path.GetFileNameWithoutExtension(path)}_{i}{Path.GetExtension(path)}");
                using var entry = zip.CreateEntry(i < files.Length ? path : copy, CompressionLevel.NoCompression).Open();
                entry.Write(bytes);
            }
        }
        return copies;
    }

    private static byte[] Change(byte[] file, int i, int turn)
    {
        var image = ImageCodec.Decode(file, channels: 3);
        if (i % CopyEach == 0) return ImageCodec.Encode(image, ImageFormat.Jpeg, 80);
        var pixels = new byte[image.Pixels.Length];
        for (var y = 0; y < image.Height; y++)
            for (var x = 0; x < image.Width; x++)
            {
                var from = (((turn % 4 > 1 ? image.Height - 1 - y : y) * image.Width) + (turn % 2 == 1 ? image.Width - 1 - x : x)) * 3;
                Array.Copy(image.Pixels, from, pixels, ((y * image.Width) + x) * 3, 3);
            }
        return ImageCodec.Encode(new PixelImage(image.Width, image.Height, 3, pixels), ImageFormat.Png);
    }
}
