using MalariaLab.Imaging.Augmentation;

namespace MalariaLab.Training.Data;

/// <summary>The order in which an epoch sees its images: a permutation that is a function of (seed, epoch), so there is no state to keep over a restart.</summary>
public static class EpochOrder
{
    private const long Purpose = -1;

    /// <summary>Fisher-Yates over <paramref name="indices"/>.</summary>
    /// <param name="indices">Manifest positions of the training part.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="epoch">From 1.</param>
    public static int[] Shuffle(IReadOnlyList<int> indices, long seed, int epoch)
    {
        int[] order = [.. indices];
        var random = CounterRandom.For(seed, Purpose, epoch);
        for (var i = order.Length - 1; i > 0; i--)
        {
            var other = random.Below(i + 1);
            (order[i], order[other]) = (order[other], order[i]);
        }
        return order;
    }
}
