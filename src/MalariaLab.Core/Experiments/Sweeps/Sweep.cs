using MalariaLab.Core.Numerics;

namespace MalariaLab.Core.Experiments;

/// <summary>One experiment of a sweep.</summary>
/// <param name="Spec">The experiment.</param>
/// <param name="Values">What it varies, in the order of the axes.</param>
public sealed record SweepPoint(ExperimentSpec Spec, IReadOnlyList<SpecValue> Values);

/// <summary>Makes many specs of one. Nothing is queued here.</summary>
public static class Sweep
{
    /// <summary>Most experiments that one request may make.</summary>
    public const int MaxPoints = 1000;

    // Distinct points can run out, for example 5 draws of 3 choices: so many misses in a row end the search.
    private const int MaxMisses = 100;

    /// <summary>The same experiment with seeds s, s + 1, … from its own on.</summary>
    /// <exception cref="SpecException">The count is not between 1 and <see cref="MaxPoints"/>.</exception>
    public static IReadOnlyList<ExperimentSpec> Seeds(ExperimentSpec spec, int count)
    {
        RequireCount(count);
        return [.. Enumerable.Range(0, count).Select(i => spec with { Training = spec.Training with { Seed = unchecked(spec.Training.Seed + i) } })];
    }

    /// <summary>Every combination of the axes' values, the last axis fastest; those that train alike come once.</summary>
    /// <exception cref="SpecException">An axis is a range, a value doesn't fit, or there are too many combinations.</exception>
    public static IReadOnlyList<SweepPoint> Grid(ExperimentSpec spec, IReadOnlyList<SweepAxis> axes)
    {
        RequireDistinctPaths(axes);
        if (axes.FirstOrDefault(a => a.Values.Count == 0) is { } range)
            throw new SpecException(range.Path, $"A grid needs values for {range.Path}: write {range.Path}=a|b|c, or make a random sweep.");
        var count = axes.Aggregate(1L, (product, axis) => Math.Min(product * axis.Values.Count, int.MaxValue));
        RequireCount((int)count);

        IEnumerable<SweepPoint> points = [new(spec, [])];
        foreach (var axis in axes)
            points = points.SelectMany(_ => axis.Values, (point, value) => Vary(point, axis, value));
        return [.. points.DistinctBy(p => SpecJson.Hash(p.Spec))];
    }

    /// <summary>Points drawn at random, all different; fewer than asked for where the axes give no more.</summary>
    /// <exception cref="SpecException">An axis makes no sense, a value doesn't fit, or the count is not between 1 and <see cref="MaxPoints"/>.</exception>
    public static IReadOnlyList<SweepPoint> Random(ExperimentSpec spec, IReadOnlyList<SweepAxis> axes, int count, long seed)
    {
        RequireCount(count);
        RequireDistinctPaths(axes);
        SweepAxis[] checkedAxes = [.. axes.Select(a => a.Checked())];
        var random = new DeterministicRandom(seed);
        var (points, seen) = (new List<SweepPoint>(), new HashSet<string>());
        for (var misses = 0; points.Count < count && misses < MaxMisses;)
        {
            var point = checkedAxes.Aggregate(new SweepPoint(spec, []), (p, axis) => Vary(p, axis, axis.Draw(random)));
            if (seen.Add(SpecJson.Hash(point.Spec)))
            {
                points.Add(point);
                misses = 0;
            }
            else
            {
                misses++;
            }
        }
        return points;
    }

    private static SweepPoint Vary(SweepPoint point, SweepAxis axis, string value) =>
        new(SpecEdit.Set(point.Spec, axis.Path, value), [.. point.Values, new(axis.Path, value)]);

    private static void RequireCount(int count)
    {
        if (count is < 1 or > MaxPoints) throw new SpecException("sweep", $"A sweep makes 1 to {MaxPoints} experiments, not {count}.");
    }

    private static void RequireDistinctPaths(IReadOnlyList<SweepAxis> axes)
    {
        if (axes.Count == 0) throw new SpecException("sweep", "A sweep needs at least one field to vary.");
        if (axes.GroupBy(a => a.Path).FirstOrDefault(g => g.Count() > 1) is { } twice) throw new SpecException(twice.Key, $"{twice.Key} is varied twice.");
    }
}
