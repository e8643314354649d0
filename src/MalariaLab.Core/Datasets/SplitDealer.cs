using MalariaLab.Core.Numerics;

namespace MalariaLab.Core.Datasets;

/// <summary>
/// Deals units (images or whole groups) to parts so that each part comes within one unit's size of its share, with the classes balanced as
/// well as the units allow.
/// </summary>
/// <remarks>
/// Units are taken in random order. Each goes, among the parts that still have room for the whole of it, to the one whose classes need it
/// most; where none has room, to the part with the largest deficit. A part exceeds its share only in the second case, by less than that
/// unit's size; and a part that ends short by d was short by at least d whenever another exceeded, so that d ≤ (K − 1)(s − d) for K parts and
/// largest size s: less than s. Several shuffles are tried and the best balanced is kept.
/// </remarks>
internal static class SplitDealer
{
    private const int MostShuffles = 200;
    private const int DealtUnits = 200_000;

    /// <summary>Part of each unit.</summary>
    /// <param name="units">[unit][class] image counts.</param>
    /// <param name="shares">Wanted share of each part, in any unit; 0 leaves it empty.</param>
    /// <param name="random">Source of the shuffles.</param>
    public static int[] Deal(int[][] units, double[] shares, DeterministicRandom random)
    {
        var targets = Targets(units, shares);
        var order = Enumerable.Range(0, units.Length).ToArray();
        var (best, bestImbalance) = (Array.Empty<int>(), double.PositiveInfinity);
        for (var shuffle = Math.Clamp(DealtUnits / units.Length, 1, MostShuffles); shuffle > 0; shuffle--)
        {
            random.Shuffle(order.AsSpan());
            var (parts, imbalance) = Once(units, order, targets);
            if (imbalance < bestImbalance) (best, bestImbalance) = (parts, imbalance);
        }
        return best;
    }

    private static double[][] Targets(int[][] units, double[] shares)
    {
        var totals = new int[units[0].Length];
        foreach (var unit in units)
            for (var c = 0; c < totals.Length; c++) totals[c] += unit[c];
        var sum = shares.Sum();
        return Array.ConvertAll(shares, share => Array.ConvertAll(totals, total => total * share / sum));
    }

    private static (int[] Parts, double Imbalance) Once(int[][] units, int[] order, double[][] targets)
    {
        var deficits = Array.ConvertAll(targets, target => (double[])target.Clone());
        var room = Array.ConvertAll(targets, target => target.Sum());
        var parts = new int[units.Length];
        foreach (var unit in order)
        {
            var part = parts[unit] = Choose(units[unit], targets, deficits, room);
            for (var c = 0; c < units[unit].Length; c++) deficits[part][c] -= units[unit][c];
            room[part] -= units[unit].Sum();
        }
        FillEmpty(units, parts, targets, room);
        return (parts, Imbalance(units, parts, targets));
    }

    private static int Choose(int[] unit, double[][] targets, double[][] deficits, double[] room)
    {
        var (size, best, least) = (unit.Sum(), -1, double.PositiveInfinity);
        for (var p = 0; p < room.Length; p++)
        {
            if (room[p] + 1e-9 < size) continue;
            // Change of Σ (deviation² / target) if this part took the unit.
            var change = 0.0;
            for (var c = 0; c < unit.Length; c++)
                if (unit[c] > 0) change += unit[c] * (unit[c] - (2 * deficits[p][c])) / targets[p][c];
            if (change < least) (best, least) = (p, change);
        }
        return best >= 0 ? best : Array.IndexOf(room, room.Max());
    }

    /// <summary>With few units a small part may have got none: it takes the smallest of the part that is most over its share.</summary>
    private static void FillEmpty(int[][] units, int[] parts, double[][] targets, double[] room)
    {
        for (var empty = 0; empty < targets.Length; empty++)
        {
            if (targets[empty].Sum() == 0 || parts.Contains(empty)) continue;
            var donor = parts.GroupBy(p => p).Where(group => group.Count() > 1).MinBy(group => room[group.Key])!.Key;
            var unit = Enumerable.Range(0, units.Length).Where(u => parts[u] == donor).MinBy(u => units[u].Sum());
            parts[unit] = empty;
            room[donor] += units[unit].Sum();
            room[empty] -= units[unit].Sum();
        }
    }

    private static double Imbalance(int[][] units, int[] parts, double[][] targets)
    {
        var deviations = Array.ConvertAll(targets, target => Array.ConvertAll(target, t => -t));
        for (var u = 0; u < units.Length; u++)
            for (var c = 0; c < units[u].Length; c++) deviations[parts[u]][c] += units[u][c];
        var sum = 0.0;
        for (var p = 0; p < targets.Length; p++)
            for (var c = 0; c < targets[p].Length; c++)
                if (targets[p][c] > 0) sum += deviations[p][c] * deviations[p][c] / targets[p][c];
        return sum;
    }
}
