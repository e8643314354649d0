using System.Diagnostics;
using System.Globalization;
using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Runs;

namespace MalariaLab.Bench;

/// <summary>A lab of many runs: how long its pages wait for the database, and a person for the first rows.</summary>
internal static class RunsBench
{
    public const string Usage = "runs [--runs 10000] [--epochs 30] [--postgres CONNECTION]   seed a lab in a temporary folder and time every sort, filter and page, then the runs page in Chromium";
    private const string Rows = ".rz-data-grid tbody tr";

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var (runs, epochs) = (arguments.Int("runs") ?? 10_000, arguments.Int("epochs") ?? 30);
        await using var lab = await WebLab.OpenAsync(arguments);
        var watch = Stopwatch.StartNew();
        await BenchRuns.SeedAsync(lab.Contexts, runs, epochs);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{lab.Provider}: {runs:N0} runs of {epochs} epochs seeded in {watch.Elapsed.TotalSeconds:0.0} s"));
        await MeasureAsync(lab.Get<RunQueries>(), lab.Get<ChangeFeed>(), runs);
        await using var browser = await BenchBrowser.OpenAsync(lab, await lab.ServeAsync());
        if (browser is not null) await BrowseAsync(browser);
        return 0;
    }

    private static async Task BrowseAsync(BenchBrowser browser)
    {
        const int Repeats = 10, FirstRows = 20;
        // The first look compiles code; it is no measurement.
        await browser.TimeAsync("/runs", Rows, FirstRows);
        List<double> fresh = [], within = [];
        for (var i = 0; i < Repeats; i++)
        {
            var (first, second) = await browser.TimeAsync("/runs", Rows, FirstRows);
            fresh.Add(first);
            within.Add(second);
        }
        Times.PrintHead("first rows in Chromium");
        Times.Print("fresh tab", fresh);
        Times.Print("from another page", within);
    }

    private static async Task MeasureAsync(RunQueries queries, ChangeFeed feed, int runs)
    {
        var filters = new (string Name, RunFilter Filter)[]
        {
            ("all", new()),
            ("words", new() { Text = "lenet run 77" }),
            ("tag", new() { Tags = ["tag3"] }),
            ("state and recipe", new() { Statuses = [RunStatus.Succeeded], Recipes = ["lenet", "vgg19-frozen"] }),
            ("last page", new() { Skip = runs - 50 }),
        };
        await queries.ListAsync(new RunFilter());
        Times.PrintHead("runs page");
        foreach (var (name, filter) in filters)
        {
            var times = new List<double>();
            foreach (var sort in Enum.GetValues<RunSort>())
                foreach (var descending in (bool[])[true, false])
                    for (var repeat = 0; repeat < 5; repeat++)
                        times.Add(await Times.MeasureAsync(() => queries.ListAsync(filter with { Sort = sort, Descending = descending })));
            Times.Print(name, times);
        }
        var ids = Enumerable.Range(1, 20).Select(i => (long)i * (runs / 20)).ToList();
        await Times.PrintAsync("one run", () => queries.FindAsync(ids[3]));
        await Times.PrintAsync("500 epochs", () => queries.EpochsAsync(1));
        await Times.PrintAsync("20 runs with epochs", () => queries.EpochsAsync(ids));
        await Times.PrintAsync("queue", () => queries.QueueAsync());
        var now = await feed.NowAsync();
        await Times.PrintAsync("poll", () => feed.AfterAsync(now));
    }
}
