using MalariaLab.Imaging.Augmentation;

namespace MalariaLab.Training.Data;

/// <summary>
/// Dropout factors as a function of (seed, epoch, layer, image): the same for an image whatever batch, shard or thread it falls into, and nothing to keep
/// over a restart.
/// </summary>
public static class DropoutMasks
{
    private const long Purpose = -1000;
    private const long LayersAtMost = 1000;

    /// <summary>Writes 0 with probability <paramref name="rate"/>, else 1/(1 − rate).</summary>
    public static void Fill(long seed, int epoch, int layer, int image, double rate, Span<float> factors)
    {
        var random = CounterRandom.For(seed, PurposeOf(epoch, layer), image);
        var kept = (float)(1 / (1 - rate));
        for (var i = 0; i < factors.Length; i++)
            factors[i] = random.NextDouble() < rate ? 0 : kept;
    }

    /// <summary>The part of the random streams' keys that all images share, for code that draws elsewhere.</summary>
    public static ulong KeyOf(long seed, int epoch, int layer) => CounterRandom.KeyOf(seed, PurposeOf(epoch, layer));

    private static long PurposeOf(int epoch, int layer) => Purpose - epoch * LayersAtMost - layer;
}
