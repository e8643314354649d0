using System.Diagnostics;
using System.Globalization;
using MalariaLab.Data;
using MalariaLab.Data.Runs;
using MalariaLab.Web.Features.Runs;

namespace MalariaLab.Bench;

/// <summary>A lab of many runs: how long its pages wait for the database, and a person for the first rows.</summary>
internal static class RunsBench
{
    public const string Usage = "runs [--runs 10000] [--epochs 30] [--repeats 5] [--postgres CONNECTION]   "
        + "seed a lab in a temporary folder and time every filter under every sort, then the runs page in Chromium";
    private const string Rows = ".rz-data-grid tbody tr";

    // One of each kind that the runs page's filter language knows, wide and narrow ones, and two that find nothing.
    private static readonly string[] Filters =
    [
        "", "lenet run 77", "stain jitter patient", "nothing-has-this-word", "-lenet", "status:succeeded", "status:running", "recipe:lenet", "dataset:\"cells 3\"", "split:patient",
        "worker:gpu", "tag:tag3", "seed:4242", "group:3", "is:archived", "is:trashed", "accuracy>0.5 auc<0.9", "minutes>5", "recipe:lenet tag:tag3 accuracy>0.5 stain",
    ];

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var (runs, epochs) = (arguments.Int("runs") ?? 10_000, arguments.Int("epochs") ?? 30);
        await using var lab = await WebLab.OpenAsync(arguments);
        var watch = Stopwatch.StartNew();
        await BenchRuns.SeedAsync(lab.Contexts, runs, epochs);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{lab.Provider}: {runs:N0} runs of {epochs} epochs seeded in {watch.Elapsed.TotalSeconds:0.0} s"));
        await MeasureAsync(lab.Get<RunQueries>(), lab.Get<ChangeFeed>(), runs, arguments.Int("repeats") ?? 5);
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

    private static async Task MeasureAsync(RunQueries queries, ChangeFeed feed, int runs, int repeats)
    {
        var filters = Filters.Select(text => (Name: text.Length == 0 ? "all" : text, Filter: new RunsView { Text = text }.ToFilter()))
            .Append((Name: "last page", Filter: new RunFilter { Skip = runs - RunsView.PageSize })).ToList();
        await queries.ListAsync(new RunFilter());
        Times.PrintHead($"runs page, every sort, {repeats} times");
        var (every, slowest) = (new List<double>(), (Median: 0.0, What: ""));
        foreach (var (name, filter) in filters)
        {
            var times = new List<double>();
            foreach (var sort in Enum.GetValues<RunSort>())
                foreach (var descending in (bool[])[true, false])
                {
                    var own = new List<double>();
                    for (var repeat = 0; repeat < repeats; repeat++)
                        own.Add(await Times.MeasureAsync(() => queries.ListAsync(filter with { Sort = sort, Descending = descending })));
                    times.AddRange(own);
                    if (own.Order().ElementAt(own.Count / 2) is var median && median > slowest.Median) slowest = (median, $"{name}, by {sort}{(descending ? "" : ", ascending")}");
                }
            every.AddRange(times);
            Times.Print(name, times);
        }
        Times.Print("every filter", every);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"slowest of all in the median: {slowest.What}, {slowest.Median:0.0} ms"));
        var ids = Enumerable.Range(1, 20).Select(i => (long)i * (runs / 20)).ToList();
        await Times.PrintAsync("one run", () => queries.FindAsync(ids[3]));
        await Times.PrintAsync("500 epochs", () => queries.EpochsAsync(1));
        await Times.PrintAsync("20 runs with epochs", () => queries.EpochsAsync(ids));
        await Times.PrintAsync("queue", () => queries.QueueAsync());
        var now = await feed.NowAsync();
        await Times.PrintAsync("poll", () => feed.AfterAsync(now));
    }
}
