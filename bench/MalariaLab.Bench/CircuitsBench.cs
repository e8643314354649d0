using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.RegularExpressions;

namespace MalariaLab.Bench;

/// <summary>Many circuits that watch one training: what they cost the web process, and whether every one of them sees what is written.</summary>
internal static partial class CircuitsBench
{
    public const string Usage = "circuits [--circuits 50] [--minutes 10] [--every 30] [--postgres CONNECTION]   "
        + "watch one live run on many circuits; prints the web process's CPU and memory and what arrived";

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var (count, minutes, every) = (arguments.Int("circuits") ?? 50, arguments.Int("minutes") ?? 10, arguments.Int("every") ?? 30);
        await using var lab = await WebLab.OpenAsync(arguments);
        await BenchRuns.SeedAsync(lab.Contexts, 100, epochs: 30);
        await using var training = await LiveTraining.StartAsync(lab);
        var url = await lab.ServeAsync();
        var cookies = new CookieContainer();
        using var handler = new HttpClientHandler { CookieContainer = cookies };
        using var http = new HttpClient(handler) { BaseAddress = url };
        await SignInAsync(http, lab.SetUpToken);
        var watchers = new List<Watcher>();
        try
        {
            for (var i = 0; i < count; i++) watchers.Add(await Watcher.OpenAsync(http, new(url, $"/runs/{training.Run}"), cookies, training));
            var load = (await File.ReadAllTextAsync("/proc/loadavg")).Split(' ')[0];
            Console.WriteLine($"{lab.Provider}: {count} circuits watch one run whose progress is written every second "
                + $"and an epoch every {LiveTraining.SecondsAnEpoch} s; load of the machine {load} on {Environment.ProcessorCount} cores");
            await WatchAsync(lab.Web, training, watchers, TimeSpan.FromMinutes(minutes), TimeSpan.FromSeconds(every));
            return watchers.TrueForAll(w => w.Failure is null) ? 0 : 1;
        }
        finally
        {
            foreach (var watcher in watchers) await watcher.DisposeAsync();
        }
    }

    private static async Task WatchAsync(Process web, LiveTraining training, List<Watcher> watchers, TimeSpan time, TimeSpan every)
    {
        Console.WriteLine($"{"s",6}{"CPU % of a core",18}{"RSS MiB",10}{"written/s",12}{"arrived/s",12}{"late ms p50",14}{"p95",8}");
        var (start, from) = (Stopwatch.GetTimestamp(), web.TotalProcessorTime);
        var (last, lastAt, written) = (from, start, training.Written);
        foreach (var watcher in watchers) watcher.Take();
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            if (await Task.WhenAny(Task.Delay(every), training.Writing) == training.Writing) await training.Writing;
            web.Refresh();
            var (now, at, step) = (web.TotalProcessorTime, Stopwatch.GetTimestamp(), training.Written);
            var seconds = Stopwatch.GetElapsedTime(lastAt, at).TotalSeconds;
            var late = watchers.SelectMany(w => w.Take()).Order().ToList();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{Stopwatch.GetElapsedTime(start).TotalSeconds,6:0}{(now - last).TotalSeconds / seconds * 100,18:0.0}{web.WorkingSet64 >> 20,10}"
                    + $"{(step - written) / seconds,12:0.00}{late.Count / seconds / watchers.Count,12:0.00}{At(late, 0.5),14:0}{At(late, 0.95),8:0}"));
            (last, lastAt, written) = (now, at, step);
        }
        var mean = (last - from).TotalSeconds / Stopwatch.GetElapsedTime(start, lastAt).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"mean {mean * 100:0.0} % of one core; {watchers.Sum(w => w.Charts):N0} additions to charts; "
                + $"{watchers.Count(w => w.Failure is null)} of {watchers.Count} circuits live{watchers.Find(w => w.Failure is not null)?.Failure}"));
    }

    private static double At(List<double> sorted, double share) => sorted.Count == 0 ? double.NaN : sorted[(int)((sorted.Count - 1) * share)];

    // The set-up page is a plain form; the administrator that it makes is signed in.
    private static async Task SignInAsync(HttpClient http, string token)
    {
        var path = new Uri($"/setup?token={Uri.EscapeDataString(token)}", UriKind.Relative);
        var hidden = HiddenField().Matches(await http.GetStringAsync(path))
            .Select(m => KeyValuePair.Create(m.Groups["name"].Value, WebUtility.HtmlDecode(m.Groups["value"].Value)));
        using var form = new FormUrlEncodedContent(
        [
            .. hidden,
            new("Form.Token", token),
            new("Form.Name", "Bench"),
            new("Form.Email", "bench@lab.test"),
            new("Form.Password", "Plasmodium-42!"),
            new("Form.Again", "Plasmodium-42!"),
        ]);
        (await http.PostAsync(path, form)).EnsureSuccessStatusCode();
    }

    [GeneratedRegex("""<input type="hidden" name="(?<name>[^"]+)" value="(?<value>[^"]*)""")]
    private static partial Regex HiddenField();

    /// <summary>One circuit on the run page, and how late each step came that it has shown.</summary>
    private sealed partial class Watcher : IAsyncDisposable
    {
        private readonly ConcurrentQueue<double> _late = [];
        private CircuitClient? _client;
        private long _step;

        public string? Failure => _client!.Failure;

        public int Charts { get; private set; }

        public static async Task<Watcher> OpenAsync(HttpClient http, Uri page, CookieContainer cookies, LiveTraining training)
        {
            var watcher = new Watcher();
            var shown = new TaskCompletionSource();
            watcher._client = await CircuitClient.OpenAsync(http, page, ConnectAsync, client =>
            {
                client.Called = name => { if (name == "append") watcher.Charts++; };
                client.Rendered = batch =>
                {
                    // Steps are numbers of seven figures, which stand nowhere else on the page.
                    if (Step().Match(Encoding.Latin1.GetString(batch.Span)) is not { Success: true } match) return;
                    var step = long.Parse(match.Value.Replace(",", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
                    if (step <= watcher._step) return;
                    watcher._step = step;
                    if (training.Late(step) is { } late) watcher._late.Enqueue(late);
                    shown.TrySetResult();
                };
            });
            await shown.Task.WaitAsync(TimeSpan.FromSeconds(60));
            return watcher;

            async Task<WebSocket> ConnectAsync(Uri address)
            {
                var socket = new ClientWebSocket();
                socket.Options.Cookies = cookies;
                await socket.ConnectAsync(address, CancellationToken.None);
                return socket;
            }
        }

        /// <summary>Milliseconds between writing and arrival of the steps shown since the last call.</summary>
        public List<double> Take()
        {
            var taken = new List<double>();
            while (_late.TryDequeue(out var late)) taken.Add(late);
            return taken;
        }

        public ValueTask DisposeAsync() => _client!.DisposeAsync();

        [GeneratedRegex(@"[1-8],\d{3},\d{3}")]
        private static partial Regex Step();
    }
}
