using System.Diagnostics;
using System.Globalization;
using MalariaLab.Core.Experiments;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Store;
using MalariaLab.Web.Features.Experiments;

namespace MalariaLab.Bench;

/// <summary>The augmentation preview of the experiment form: from the stored file to the original and six draws as the browser gets them.</summary>
internal static class AugmentationBench
{
    public const string Usage = "augmentation --data ZIP [--views 60]   import the images and time the preview of every kind of change at once, for several sizes of network";

    private static readonly AugmentationSpec Everything = new()
    {
        RotationDegrees = 180,
        ShiftHeight = 0.1,
        ShiftWidth = 0.1,
        Zoom = 0.2,
        ShearDegrees = 10,
        FlipHorizontal = true,
        FlipVertical = true,
        Brightness = 0.2,
        Contrast = 0.2,
        Saturation = 0.2,
        Hue = 0.05,
        BlurSigma = 1,
        CutOut = 0.2,
    };

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var count = arguments.Int("views") ?? 60;
        await using var lab = await BenchLab.StartAsync();
        var data = Path.GetFullPath(arguments.Require("data"));
        File.Copy(data, Path.Combine(lab.Inbox, Path.GetFileName(data)));
        var started = await lab.StartImportAsync(Path.GetFileName(data), "none");
        await lab.DoAsync(await lab.ClaimAsync(started.TaskId));
        var images = (await lab.Get<DatasetQueries>().VersionAsync(started.VersionId))!.ImageCount;
        var previewer = new AugmentationPreviewer(lab.Get<DatasetQueries>(), lab.Get<ContentStore>());
        Console.WriteLine($"{"size",-8}{"first ms",10}{"p50 ms",10}{"max ms",10}");
        foreach (var size in (int[])[32, 64, 128, 224, 299])
        {
            var cells = new DataSpec { DatasetVersionId = started.VersionId, SplitId = 0, DatasetHash = "", SplitHash = "" };
            var spec = Recipes.All[0].CreateSpec(cells, 2);
            spec = spec with { Augmentation = Everything, Architecture = spec.Architecture with { Size = size, Channels = 3 } };
            var times = new List<double>();
            for (var i = 0; i <= count; i++)
            {
                var start = Stopwatch.GetTimestamp();
                await previewer.ViewsAsync(started.VersionId, (int)((long)i * images / (count + 1)), spec);
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
            var first = times[0];
            times.RemoveAt(0);
            times.Sort();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{size,-8}{first,10:0.0}{times[times.Count / 2],10:0.0}{times[^1],10:0.0}"));
        }
        return 0;
    }
}
