using System.Diagnostics;
using System.Globalization;
using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;

namespace MalariaLab.Bench;

/// <summary>Many browser tabs that watch one training: what they cost the web process.</summary>
internal static class CircuitsBench
{
    public const string Usage = "circuits [--circuits 50] [--minutes 2] [--postgres CONNECTION]   watch one live run in many Chromium tabs; prints the web process's CPU and memory";
    private const int EverySeconds = 10;
    private const string Worker = "bench";

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var (circuits, minutes) = (arguments.Int("circuits") ?? 50, arguments.Int("minutes") ?? 2);
        await using var lab = await WebLab.OpenAsync(arguments);
        await BenchRuns.SeedAsync(lab.Contexts, 100, epochs: 30);
        var run = await LiveRunAsync(lab.Contexts);
        var url = await lab.ServeAsync();
        await using var browser = await BenchBrowser.OpenAsync(lab, url);
        if (browser is null) return 1;
        using var stop = new CancellationTokenSource();
        var writing = WriteAsync(lab, run, stop.Token);
        var pages = new List<IPage>();
        for (var i = 0; i < circuits; i++)
        {
            var page = await browser.Context.NewPageAsync();
            await page.GotoAsync($"/runs/{run}");
            await page.GetByRole(AriaRole.Progressbar).First.WaitForAsync(new() { Timeout = 120_000 });
            pages.Add(page);
        }
        Console.WriteLine($"{lab.Provider}: {circuits} circuits watch one run whose progress is written once a second");
        Console.WriteLine($"{"s",6}{"CPU % of a core",18}{"RSS MiB",10}");
        var before = await TextsAsync(pages);
        await WatchAsync(lab.Web, TimeSpan.FromMinutes(minutes));
        var live = (await TextsAsync(pages)).Zip(before).Count(pair => pair.First != pair.Second);
        Console.WriteLine($"{live} of {circuits} pages showed other progress at the end than at the start");
        await stop.CancelAsync();
        await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return live == circuits ? 0 : 1;
    }

    private static async Task WatchAsync(Process web, TimeSpan time)
    {
        var (start, from) = (Stopwatch.GetTimestamp(), web.TotalProcessorTime);
        var (last, lastAt) = (from, start);
        long first = 0, most = 0;
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            await Task.Delay(TimeSpan.FromSeconds(EverySeconds));
            web.Refresh();
            var (now, at) = (web.TotalProcessorTime, Stopwatch.GetTimestamp());
            var share = (now - last) / Stopwatch.GetElapsedTime(lastAt, at);
            (last, lastAt, most) = (now, at, Math.Max(most, web.WorkingSet64));
            if (first == 0) first = web.WorkingSet64;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(start).TotalSeconds,6:0}{share * 100,18:0.0}{web.WorkingSet64 >> 20,10}"));
        }
        var mean = (last - from) / Stopwatch.GetElapsedTime(start, lastAt);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"mean {mean * 100:0.0} % of one core; memory {first >> 20} MiB at first, {web.WorkingSet64 >> 20} MiB at the end, {most >> 20} MiB at most"));
    }

    private static async Task<string[]> TextsAsync(List<IPage> pages)
    {
        var texts = new string[pages.Count];
        for (var i = 0; i < texts.Length; i++) texts[i] = await pages[i].Locator("main").InnerTextAsync();
        return texts;
    }

    private static async Task<long> LiveRunAsync(IDbContextFactory<LabDbContext> contexts)
    {
        await using var db = await contexts.CreateDbContextAsync();
        var now = DateTimeOffset.UtcNow;
        var run = await db.Runs.OrderBy(r => r.Id).FirstAsync();
        (run.Status, run.Ticket, run.TicketAt, run.WorkerName, run.WorkerSession, run.StartedAt, run.FinishedAt, run.Attempt) = (RunStatus.Training, Worker, now, Worker, Worker, now, null, 1);
        db.Add(new WorkerNode { Name = Worker, Session = Worker, HeartbeatAt = now, StartedAt = now, State = WorkerState.Busy, Device = "CPU" });
        db.Add(new RunProgressRow { RunId = run.Id, At = now, Stage = "Training", Epoch = 1, Epochs = 500 });
        await db.SaveChangesAsync();
        return run.Id;
    }

    // What a worker writes while it trains: progress once a second, an epoch every five, its own heartbeat.
    private static async Task WriteAsync(WebLab lab, long run, CancellationToken stop)
    {
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));
        var execution = lab.Get<RunExecution>();
        var epoch = 500;
        for (var step = 1; await second.WaitForNextTickAsync(stop); step++)
        {
            await using var db = await lab.Contexts.CreateDbContextAsync(stop);
            var now = DateTimeOffset.UtcNow;
            await db.Workers.Where(w => w.Name == Worker).ExecuteUpdateAsync(set => set.SetProperty(w => w.HeartbeatAt, now), stop);
            await execution.SaveProgressAsync(run, Worker, new RunProgress { Stage = "Training", Epoch = epoch + 1, Epochs = 1000, Step = step, Steps = 10_000, Loss = 1.0 / step, SecondsLeft = 10_000 - step }, stop);
            if (step % 5 == 0)
                await execution.SaveEpochAsync(run, Worker, new EpochRecord { Epoch = ++epoch, TrainLoss = 1.0 / step, TrainAccuracy = 0.9, ValLoss = 1.1 / step, ValAccuracy = 0.9, LearningRate = 0.01, Seconds = 5, ImagesPerSecond = 900 }, stop);
        }
    }
}
