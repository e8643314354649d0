using System.Globalization;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Evaluation;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Runs;
using MalariaLab.Training;

namespace MalariaLab.Bench;

/// <summary>Trains a recipe on real images and prints its epochs and test figures.</summary>
internal static class TrainBench
{
    public const string Usage = "train --data ZIP --recipe KEY [--by image|group|folders] [--epochs N] [--seed N] [--split-seed N] "
        + "[--shares 60/10/30 | --fold 0/5] [--threads N] [--limit N] [--weights FILE] [--device D] [--work DIR] [--predictions CSV] [--set path=value]…";

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var work = arguments["work"] ?? Path.Combine(Path.GetTempPath(), "malarialab-bench");
        using var data = BenchData.Open(arguments.Require("data"), arguments.Int("limit"));
        var recipe = Recipes.Get(arguments.Require("recipe"));
        var spec = SpecEdit.Apply(recipe.CreateSpec(data.DataSpec, data.Classes.Count, arguments.Int("epochs"), arguments.Int("seed")), arguments.All("set"));
        var plan = arguments["by"] switch
        {
            "folders" => new SplitPlan { Method = SplitMethod.Folders },
            var by => Dealt(arguments, new() { Unit = by == "group" ? SplitUnit.Group : SplitUnit.Image, Seed = arguments.Int("split-seed") ?? 42 }),
        };
        using var cache = await data.CacheAsync(Path.Combine(work, "cache"), spec.Architecture, spec.Preprocessing.Interpolation);
        var run = Path.Combine(work, "runs", $"{recipe.Key}-{Environment.ProcessId}");
        var request = new TrainingRequest
        {
            Spec = spec,
            Data = data.Training(cache, data.Split(plan)),
            CheckpointFolder = run,
            Program = "MalariaLab.Bench",
            StartWeightsFile = arguments["weights"],
            Threads = arguments.Int("threads"),
            Device = arguments["device"] ?? "cpu",
            FeatureCacheFolder = Path.Combine(work, "features"),
        };
        var start = TimeProvider.System.GetTimestamp();
        await using var record = await RecordedRun.StartAsync(new Printer());
        var outcome = new Trainer().Run(request, record, CancellationToken.None);
        Print(outcome, data, TimeProvider.System.GetElapsedTime(start), record);
        if (arguments["predictions"] is { } file)
            File.WriteAllLines(file, outcome.Scores.SelectMany(scores => scores.Indices.Select((index, i) => string.Create(CultureInfo.InvariantCulture,
                $"{scores.Part},{data.Path(index)},{data.Labels[index]},{scores.Probabilities[i * data.Classes.Count + data.Classes.Count - 1]}"))));
        Directory.Delete(run, recursive: true);
        return 0;
    }

    private static SplitPlan Dealt(Arguments arguments, SplitPlan plan) => (Numbers(arguments["shares"]), Numbers(arguments["fold"])) switch
    {
        ([var train, var validation, var test], _) => plan with { TrainPercent = train, ValidationPercent = validation, TestPercent = test },
        (_, [var fold, var folds]) => plan with { Method = SplitMethod.KFold, Fold = (int)fold, Folds = (int)folds },
        _ => plan,
    };

    private static double[]? Numbers(string? text) => text?.Split('/').Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray();

    private static void Print(TrainingOutcome outcome, BenchData data, TimeSpan time, RecordedRun record)
    {
        var labels = data.Labels;
        foreach (var scores in outcome.Scores)
        {
            var predictions = new Predictions
            {
                Labels = data.Classes,
                Truth = [.. scores.Indices.Select(i => labels[i])],
                Probabilities = scores.Probabilities,
            };
            var report = Evaluator.Evaluate(predictions, PositiveClass.Guess(data.Classes));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{scores.Part} n={report.N} accuracy={report.Accuracy:0.0000} sensitivity={report.Sensitivity:0.0000} "
                    + $"specificity={report.Specificity:0.0000} auc={report.Auc:0.0000} loss={scores.Loss:0.0000}"));
        }
        var between = record.TrainingSeconds - outcome.Epochs.Sum(e => e.Seconds);
        var all = between + record.ProgressSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"checkpoints took {between - record.RecordSeconds:0.00} s, epoch records {record.RecordSeconds:0.00} s, "
                + $"progress and log {record.ProgressSeconds:0.00} s: {all / record.TrainingSeconds:0.00 %} of the training"));
        var fastest = outcome.Epochs.Max(e => e.ImagesPerSecond);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{outcome.Environment}; {time.TotalSeconds:0.0} s in all; weights of epoch {outcome.WeightsEpoch}; "
                + $"fastest epoch {fastest:0} img/s; peak memory {PeakMegabytes()} MB"));
    }

    private static long PeakMegabytes()
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.PeakWorkingSet64 / 1_000_000;
    }

    private sealed class Printer : ITrainingObserver
    {
        public void OnStage(TrainingStage stage) => Console.WriteLine($"# {stage}");

        public void OnProgress(RunProgress progress)
        {
        }

        public void OnEpoch(EpochRecord epoch) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{epoch.Epoch,3}  loss {epoch.TrainLoss:0.0000}  accuracy {epoch.TrainAccuracy:0.0000}  "
                + $"val loss {epoch.ValLoss:0.0000}  val accuracy {epoch.ValAccuracy:0.0000}  "
                + $"rate {epoch.LearningRate:g3}  {epoch.Seconds:0.0} s  {epoch.ImagesPerSecond:0} img/s"));

        public void OnLog(string line) => Console.WriteLine($"# {line}");
    }
}
