using System.Diagnostics;
using System.Globalization;
using MalariaLab.Core.Evaluation;

namespace MalariaLab.Bench;

/// <summary>What the statistics of one run and of a comparison take, without a database.</summary>
internal static class StatisticsBench
{
    public const string Usage = "statistics [--images 8268] [--patients 193] [--runs 20] [--repeats 10]   "
        + "intervals of 2,000 resamples by patient, and the tests between all pairs of runs";

    public static Task<int> RunAsync(Arguments arguments)
    {
        var (images, patients, runs, repeats) = (arguments.Int("images") ?? 8_268, arguments.Int("patients") ?? 193, arguments.Int("runs") ?? 20, arguments.Int("repeats") ?? 10);
        var random = new Random(1);
        var all = Enumerable.Range(0, runs).Select(_ => Scored(images, patients, random)).ToList();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{images:N0} predictions of {patients} patients; processor time, so that a busy machine does not count"));
        Times.PrintHead("");
        Print($"bootstrap, {ClusterBootstrap.DefaultResamples:N0} by patient", repeats, () => new ClusterBootstrap(all[0].Predictions, 0).Intervals(1));
        Print($"bootstrap, {ClusterBootstrap.DefaultResamples:N0} by image", repeats, () => new ClusterBootstrap(all[0].Predictions with { Groups = [] }, 0).Intervals(1));
        Print("report of one run", repeats, () => Evaluator.Evaluate(all[0].Predictions, 0));
        Print($"tests of {runs} runs in pairs", repeats, () => SignificanceMatrix.Of(all));
        return Task.FromResult(0);
    }

    private static void Print(string name, int repeats, Func<object> work)
    {
        // Once so that the code is compiled.
        work();
        var times = new List<double>();
        for (var i = 0; i < repeats; i++)
        {
            var before = Spent();
            work();
            times.Add((Spent() - before).TotalMilliseconds);
        }
        Times.Print(name, times);
    }

    private static TimeSpan Spent()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }

    private static ComparedRun Scored(int images, int patients, Random random)
    {
        var truth = Enumerable.Range(0, images).Select(i => i % 2).ToArray();
        var predictions = new Predictions
        {
            Labels = ["Parasitized", "Uninfected"],
            Truth = truth,
            Probabilities = [.. truth.SelectMany(t => Row(t, (float)Math.Pow(random.NextDouble(), 0.1)))],
            Groups = [.. Enumerable.Range(0, images).Select(i => $"P{i % patients}")],
        };
        return new(new("bench", "bench", "bench", images, predictions.Labels), predictions, 0);
    }

    private static float[] Row(int truth, float own) => truth == 0 ? [own, 1 - own] : [1 - own, own];
}
