using System.Diagnostics;
using System.Globalization;

namespace MalariaLab.Bench;

/// <summary>Measured times as lines of a table.</summary>
internal static class Times
{
    public static void PrintHead(string title) => Console.WriteLine($"{title,-44}{"best ms",10}{"p50 ms",10}{"p95 ms",10}{"max ms",10}");

    public static async Task<double> MeasureAsync(Func<Task> work)
    {
        var start = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    /// <summary>Once to warm up, then fifty times.</summary>
    public static async Task PrintAsync(string name, Func<Task> work)
    {
        await work();
        var times = new List<double>();
        for (var i = 0; i < 50; i++) times.Add(await MeasureAsync(work));
        Print(name, times);
    }

    /// <summary>The best is what a quiet machine would do; the 95th percentile is a measured value, with few the slowest.</summary>
    public static void Print(string name, List<double> times)
    {
        times.Sort();
        var (median, slow) = (times[times.Count / 2], times[(int)Math.Ceiling(times.Count * 0.95) - 1]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-44}{times[0],10:0.0}{median,10:0.0}{slow,10:0.0}{times[^1],10:0.0}"));
    }
}
