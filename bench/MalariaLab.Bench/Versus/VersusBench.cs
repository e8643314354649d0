using System.Diagnostics;
using System.Globalization;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Experiments;
using MalariaLab.Imaging.Cache;
using MalariaLab.Training;
using MalariaLab.Training.Data;
using MalariaLab.Training.Scoring;

namespace MalariaLab.Bench;

/// <summary>The lab against plain scripts for the same work (bench/peer), by turns on the same images; medians and their ratio.</summary>
internal static class VersusBench
{
    public const string Usage = "versus --data ZIP (--all | --line KEY…) [--limit N] [--rounds 3] [--threads N] [--work DIR]   "
        + "lines: lenet, basic-cnn, …, vgg19-frozen, evaluate, import";

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var work = arguments["work"] ?? Path.Combine(Path.GetTempPath(), "malarialab-bench");
        Directory.CreateDirectory(work);
        var chosen = arguments.All("line").ToList();
        var lines = VersusLine.All.Where(line => chosen.Contains(line.Key) || arguments.Has("all")).ToList();
        if (lines.Count == 0 || chosen.Any(key => lines.TrueForAll(line => line.Key != key)))
            throw new ArgumentException($"Name lines of the table with --line, or --all. There are: {string.Join(", ", VersusLine.All.Select(line => line.Key))}.");
        var bench = new Contest(arguments.Require("data"), work, arguments.Int("threads") ?? Environment.ProcessorCount, arguments.Int("limit"));
        var libTorch = Training.Devices.TorchDevices.LibTorchVersion;
        Console.WriteLine(Text($"{Environment.ProcessorCount} cores, {bench.Threads} threads, LibTorch {libTorch}; load {Load()} before the start"));
        var results = new List<(VersusLine Line, List<(double Here, double Peer)> Rounds)>();
        foreach (var line in lines)
        {
            var rounds = new List<(double Here, double Peer)>();
            // The first of each reads its files from the disk, and is not counted.
            Console.WriteLine(Text($"{line.Key}, warming up: {await bench.HereAsync(line):0.#} against {await bench.PeerAsync(line):0.#} img/s"));
            for (var round = 1; round <= (arguments.Int("rounds") ?? 3); round++)
            {
                var peer = await bench.PeerAsync(line);
                rounds.Add((await bench.HereAsync(line), peer));
                Console.WriteLine(Text($"{line.Key}, round {round}: {rounds[^1].Here:0.#} against {peer:0.#} img/s"));
            }
            results.Add((line, rounds));
        }
        Console.WriteLine(Text($"\n| line | img/s here | img/s of the peer | ratio | wanted |\n|---|---|---|---|---|"));
        foreach (var (line, rounds) in results)
        {
            var (here, peer) = (Median(rounds.Select(r => r.Here)), Median(rounds.Select(r => r.Peer)));
            var ratio = Median(rounds.Select(r => r.Here / r.Peer));
            Console.WriteLine(Text($"| {line.Key} | {here:0.#} | {peer:0.#} | {ratio:0.00} | {line.Wanted:0.0} |"));
        }
        Console.WriteLine(Text($"\nMedians of {results[0].Rounds.Count} rounds, by turns; load {Load()} at the end."));
        return 0;
    }

    private static double Median(IEnumerable<double> values) => values.Order().ToList() is var sorted ? sorted[sorted.Count / 2] : 0;

    private static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed class Contest(string data, string work, int threads, int? limit)
    {
        public int Threads { get; } = threads;

        public Task<double> PeerAsync(VersusLine line)
        {
            var task = line.Kind == VersusKind.Training ? "train" : "score";
            return line.Kind == VersusKind.Import
                ? PeerScript.RateAsync(PeerScript.DebiansPython, "import.py", "import", "--data", data, "--work", work, "--processes", $"{Threads}")
                : PeerScript.RateAsync(
                    PeerScript.DebiansPython, "train.py", task,
                    "--data", data, "--work", work, "--recipe", line.Recipe,
                    "--limit", $"{Limit(line)}", "--threads", $"{Threads}", "--only", task);
        }

        public async Task<double> HereAsync(VersusLine line)
        {
            if (line.Kind == VersusKind.Import)
                return await ImportBench.RateAsync(data, cache: 128);
            using var images = BenchData.Open(data, Limit(line));
            var spec = Recipes.Get(line.Recipe).CreateSpec(images.DataSpec, images.Classes.Count, line.Epochs) with { EarlyStopping = null };
            using var cache = await images.CacheAsync(Path.Combine(work, "cache"), spec.Architecture, spec.Preprocessing.Interpolation);
            // Every image trains, as in the peer.
            var training = images.Training(cache, [.. Enumerable.Repeat(SplitPart.Train, images.Count)]);
            return Rate(line, spec, training, images.Count);
        }

        private int Limit(VersusLine line) => Math.Min(line.Limit, limit ?? int.MaxValue);

        private double Rate(VersusLine line, ExperimentSpec spec, PixelCacheData data, int count)
        {
            var folder = Path.Combine(work, "runs", $"versus-{Environment.ProcessId}");
            try
            {
                var request = new TrainingRequest
                {
                    Spec = spec,
                    Data = data,
                    CheckpointFolder = folder,
                    Program = "MalariaLab.Bench",
                    Threads = Threads,
                    FeatureCacheFolder = Path.Combine(work, "features"),
                };
                var outcome = new Trainer().Run(request, new SilentObserver(), CancellationToken.None);
                if (line.Kind == VersusKind.Training)
                    return outcome.Epochs.Max(e => e.ImagesPerSecond);
                using var scorer = ModelScorer.Load(outcome.WeightsFile, Threads);
                int[] indices = [.. Enumerable.Range(0, count)];
                return Enumerable.Range(0, 2).Max(_ =>
                {
                    var start = Stopwatch.GetTimestamp();
                    scorer.Score(data, indices, 1, CancellationToken.None);
                    return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
                });
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }
}
