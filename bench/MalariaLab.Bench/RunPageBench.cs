using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;

namespace MalariaLab.Bench;

/// <summary>How long a person waits for the run page of a long run, in Chromium against a web process with a database of many runs.</summary>
internal static class RunPageBench
{
    public const string Usage = "runpage [--runs 2000] [--epochs 500] [--repeats 15] [--postgres CONNECTION]   "
        + "open the tabs of a long run in Chromium, from an address and from the runs table";

    // The moment from which everything that a tab promises is on the screen, in milliseconds since the navigation began.
    private const string Watch = """
        window.labReady = selector => new Promise(done => {
          const look = () => document.querySelectorAll(selector).length >= window.labWanted ? done(performance.now()) : requestAnimationFrame(look);
          look();
        });
        """;

    private static readonly (string Tab, string Shown, int Count)[] Tabs =
    [
        ("results", ".apexcharts-series path[d]", 6),
        ("threshold", ".apexcharts-series path[d]", 3),
        ("calibration", ".apexcharts-series path[d]", 3),
        ("images", ".run-images li", 60),
        ("patients", "[role=tabpanel] tbody tr", 40),
    ];

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var (runs, epochs, repeats) = (arguments.Int("runs") ?? 2000, arguments.Int("epochs") ?? 500, arguments.Int("repeats") ?? 15);
        await using var lab = await WebLab.OpenAsync(arguments);
        await BenchRuns.SeedAsync(lab.Contexts, runs, epochs: 30);
        long run;
        await using (var db = await lab.Contexts.CreateDbContextAsync()) run = await LongRun.AddAsync(db, epochs);
        await using var browser = await BenchBrowser.OpenAsync(lab, await lab.ServeAsync());
        if (browser is null) return 1;
        await browser.Context.AddInitScriptAsync(Watch);
        var load = (await File.ReadAllTextAsync("/proc/loadavg")).Split(' ')[0];
        Console.WriteLine($"{lab.Provider}: {runs:N0} runs, {epochs} epochs; load of the machine {load} on {Environment.ProcessorCount} cores");
        await MeasureAsync(await browser.Context.NewPageAsync(), run, repeats);
        return 0;
    }

    private static async Task MeasureAsync(IPage page, long run, int repeats)
    {
        Times.PrintHead("run page");
        // The first opening of each warms the caches of both sides.
        foreach (var (tab, shown, count) in Tabs)
        {
            var times = new List<double>();
            for (var i = 0; i <= repeats; i++)
            {
                await page.GotoAsync($"/runs/{run}?tab={tab}", new() { WaitUntil = WaitUntilState.Commit });
                times.Add(await ReadyAsync(page, shown, count));
            }
            Times.Print($"{tab}, whole page load", times[1..]);
        }
        var clicks = new List<double>();
        for (var i = 0; i <= repeats; i++)
        {
            await page.GotoAsync("/runs?q=long");
            var link = page.Locator($"a[href='/runs/{run}']").First;
            await link.WaitForAsync();
            var start = await page.EvaluateAsync<double>("performance.now()");
            await link.ClickAsync();
            clicks.Add(await ReadyAsync(page, Tabs[0].Shown, Tabs[0].Count) - start);
        }
        Times.Print("results, from the runs table", clicks[1..]);
    }

    private static Task<double> ReadyAsync(IPage page, string shown, int count) =>
        page.EvaluateAsync<double>("([selector, count]) => { window.labWanted = count; return window.labReady(selector); }", new object[] { shown, count });
}
