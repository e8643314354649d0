using System.Diagnostics;
using System.Globalization;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Runs;
using MalariaLab.Training;
using MalariaLab.Training.Scoring;

namespace MalariaLab.Bench;

/// <summary>A recipe here against the same recipe in plain PyTorch (bench/peer/train.py), by turns on the same images; medians and their ratio.</summary>
internal static class VersusBench
{
    public const string Usage = "versus --data ZIP --recipe KEY [--limit N] [--rounds N] [--threads N] [--peer-epochs N] [--work DIR]";
    private const int WarmEpochs = 2;

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var work = arguments["work"] ?? Path.Combine(Path.GetTempPath(), "malarialab-bench");
        Directory.CreateDirectory(work);
        var (recipe, limit, threads) = (Recipes.Get(arguments.Require("recipe")), arguments.Int("limit") ?? 1500, arguments.Int("threads") ?? Environment.ProcessorCount);
        using var data = BenchData.Open(arguments.Require("data"), limit);
        var spec = recipe.CreateSpec(data.DataSpec, data.Classes.Count, WarmEpochs) with { EarlyStopping = null };
        using var cache = await data.CacheAsync(Path.Combine(work, "cache"), spec.Architecture, spec.Preprocessing.Interpolation);
        // Every image trains, as in the peer.
        var training = data.Training(cache, [.. Enumerable.Repeat(SplitPart.Train, data.Count)]);
        var (ours, theirs, ourScores, theirScores) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < (arguments.Int("rounds") ?? 3); round++)
        {
            var (train, score) = await PeerAsync(arguments, work, recipe.Key, limit, threads);
            theirs.Add(train);
            theirScores.Add(score);
            (train, score) = Run(spec, training, work, threads, data.Count);
            ours.Add(train);
            ourScores.Add(score);
            Console.WriteLine(Text($"round {round + 1}: training {ours[^1]:0} against {theirs[^1]:0} img/s, scoring {ourScores[^1]:0} against {theirScores[^1]:0} img/s"));
        }
        Console.WriteLine(Text($"{recipe.Key}, {data.Count} images, {threads} threads, medians of {ours.Count}"));
        Console.WriteLine(Text($"training {Median(ours):0} img/s, PyTorch {Median(theirs):0}, ratio {Median([.. ours.Zip(theirs, (a, b) => a / b)]):0.00}"));
        Console.WriteLine(Text($"scoring  {Median(ourScores):0} img/s, PyTorch {Median(theirScores):0}, ratio {Median([.. ourScores.Zip(theirScores, (a, b) => a / b)]):0.00}"));
        return 0;
    }

    private static (double Train, double Score) Run(ExperimentSpec spec, ITrainingData data, string work, int threads, int count)
    {
        var folder = Path.Combine(work, "runs", $"versus-{Environment.ProcessId}");
        var request = new TrainingRequest { Spec = spec, Data = data, CheckpointFolder = folder, Program = "MalariaLab.Bench", Threads = threads, FeatureCacheFolder = Path.Combine(work, "features") };
        var outcome = new Trainer().Run(request, new Silent(), CancellationToken.None);
        using var scorer = ModelScorer.Load(outcome.WeightsFile, threads);
        int[] indices = [.. Enumerable.Range(0, count)];
        var rates = new double[2];
        for (var i = 0; i < rates.Length; i++)
        {
            var start = Stopwatch.GetTimestamp();
            scorer.Score(data, indices, 1, CancellationToken.None);
            rates[i] = count / Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        Directory.Delete(folder, recursive: true);
        return (outcome.Epochs.Max(e => e.ImagesPerSecond), rates.Max());
    }

    private static async Task<(double Train, double Score)> PeerAsync(Arguments arguments, string work, string recipe, int limit, int threads)
    {
        var script = Path.Combine(RepositoryRoot(), "bench", "peer", "train.py");
        var start = new ProcessStartInfo("/usr/bin/python3") { RedirectStandardOutput = true };
        foreach (var word in new[] { script, "--data", arguments.Require("data"), "--recipe", recipe, "--work", work, "--limit", $"{limit}", "--threads", $"{threads}", "--epochs", arguments["peer-epochs"] ?? $"{WarmEpochs}" })
            start.ArgumentList.Add(word);
        using var peer = Process.Start(start) ?? throw new InvalidOperationException("python3 could not be started.");
        var lines = (await peer.StandardOutput.ReadToEndAsync()).Split('\n');
        await peer.WaitForExitAsync();
        double Value(string name) => lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line
            ? double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"The peer script failed with code {peer.ExitCode}; it needs python3-torch and python3-torchvision.");
        return (Value("train"), Value("score"));
    }

    private static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "MalariaLab.sln")))
                return folder.FullName;
        throw new InvalidOperationException("The bench runs inside the repository.");
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed class Silent : ITrainingObserver
    {
        public void OnStage(TrainingStage stage)
        {
        }

        public void OnProgress(RunProgress progress)
        {
        }

        public void OnEpoch(EpochRecord epoch)
        {
        }

        public void OnLog(string line)
        {
        }
    }
}
