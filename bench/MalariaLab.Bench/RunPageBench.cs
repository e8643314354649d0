using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MalariaLab.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace MalariaLab.Bench;

/// <summary>How long a person waits for the run page of a long run, in Chromium against a web process with a database of many runs.</summary>
internal static class RunPageBench
{
    public const string Usage = "runpage [--runs 2000] [--epochs 500] [--repeats 15] [--chromium PATH]   open the tabs of a long run in Chromium, from an address and from the runs table";

    // The moment from which everything that a tab promises is on the screen, in milliseconds since the navigation began.
    private const string Watch = """
        window.labReady = selector => new Promise(done => {
          const look = () => document.querySelectorAll(selector).length >= window.labWanted ? done(performance.now()) : requestAnimationFrame(look);
          look();
        });
        """;

    private static readonly (string Tab, string Shown, int Count)[] Tabs =
        [("results", ".apexcharts-series path[d]", 6), ("threshold", ".apexcharts-series path[d]", 3), ("calibration", ".apexcharts-series path[d]", 3), ("images", ".run-images li", 60), ("patients", "[role=tabpanel] tbody tr", 40)];

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var (runs, epochs, repeats) = (arguments.Int("runs") ?? 2000, arguments.Int("epochs") ?? 500, arguments.Int("repeats") ?? 15);
        var folder = Directory.CreateTempSubdirectory("lab-bench-").FullName;
        try
        {
            var run = await SeedAsync(folder, runs, epochs);
            using var web = await StartAsync(folder);
            try
            {
                await MeasureAsync(web.Url, folder, run, repeats, arguments["chromium"] ?? "/usr/bin/chromium", $"{runs:N0} runs, {epochs} epochs");
            }
            finally
            {
                web.Process.Kill(entireProcessTree: true);
                await web.Process.WaitForExitAsync();
            }
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<long> SeedAsync(string folder, int runs, int epochs)
    {
        await using var services = new ServiceCollection().AddLogging().AddLabData(new LabDataOptions { DataFolder = folder }).BuildServiceProvider();
        await services.GetRequiredService<DatabaseMigrator>().MigrateAsync();
        var contexts = services.GetRequiredService<IDbContextFactory<LabDbContext>>();
        await BenchRuns.SeedAsync(contexts, runs, epochs: 30);
        await using var db = await contexts.CreateDbContextAsync();
        return await LongRun.AddAsync(db, epochs);
    }

    private static async Task MeasureAsync(Uri url, string folder, long run, int repeats, string chromium, string about)
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = chromium, Args = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"] });
        var context = await browser.NewContextAsync(new() { BaseURL = url.ToString(), ViewportSize = new() { Width = 1280, Height = 900 } });
        await context.AddInitScriptAsync(Watch);
        var page = await context.NewPageAsync();
        await SetUpAsync(page, folder);

        var load = (await File.ReadAllTextAsync("/proc/loadavg")).Split(' ')[0];
        Console.WriteLine($"{about}; load of the machine {load} on {Environment.ProcessorCount} cores");
        Console.WriteLine($"{"run page",-34}{"best ms",10}{"p50 ms",10}{"p95 ms",10}");
        foreach (var (tab, shown, count) in Tabs)
        {
            var times = new List<double>();
            for (var i = 0; i <= repeats; i++)
            {
                await page.GotoAsync($"/runs/{run}?tab={tab}", new() { WaitUntil = WaitUntilState.Commit });
                times.Add(await ReadyAsync(page, shown, count));
            }
            Print($"{tab}, whole page load", times);
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
        Print("results, from the runs table", clicks);
    }

    private static Task<double> ReadyAsync(IPage page, string shown, int count) =>
        page.EvaluateAsync<double>("([selector, count]) => { window.labWanted = count; return window.labReady(selector); }", new object[] { shown, count });

    // The first opening warms the caches of both sides.
    private static void Print(string name, List<double> times)
    {
        times.RemoveAt(0);
        times.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-34}{times[0],10:0}{times[times.Count / 2],10:0}{times[(int)(times.Count * 0.95)],10:0}"));
    }

    private static async Task SetUpAsync(IPage page, string folder)
    {
        var token = (await File.ReadAllTextAsync(Path.Combine(folder, "set-up-token"))).Trim();
        await page.GotoAsync($"/setup?token={Uri.EscapeDataString(token)}");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("Bench");
        await page.GetByLabel("E-mail").FillAsync("bench@lab.test");
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync("Plasmodium-42!");
        await page.GetByLabel("Password again").FillAsync("Plasmodium-42!");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create the administrator" }).ClickAsync();
        await page.WaitForURLAsync("**/");
    }

    private static async Task<WebProcess> StartAsync(string folder)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var dll = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../..", "src/MalariaLab.Web/bin", configuration, "net10.0/MalariaLab.Web.dll"));
        var url = new Uri($"http://127.0.0.1:{FreePort()}");
        var process = Process.Start(new ProcessStartInfo("dotnet", [dll, "--urls", url.ToString().TrimEnd('/'), "--Lab:Data", folder, "--Worker:Local", "false", "--Logging:LogLevel:Default", "Error"]) { RedirectStandardOutput = true })!;
        _ = process.StandardOutput.ReadToEndAsync();
        using var http = new HttpClient { BaseAddress = url };
        for (var tries = 0; tries < 600 && !process.HasExited; tries++)
        {
            try
            {
                if ((await http.GetAsync(new Uri("/health", UriKind.Relative))).IsSuccessStatusCode) return new(process, url);
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
            await Task.Delay(100);
        }
        throw new InvalidOperationException($"{dll} did not start: build the whole solution first.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed record WebProcess(Process Process, Uri Url) : IDisposable
    {
        public void Dispose() => Process.Dispose();
    }
}
