using MalariaLab.Imaging.Augmentation;
using MalariaLab.Torch;
using MalariaLab.Training.Data;

namespace MalariaLab.Training.Engine;

/// <summary>The factors of <see cref="DropoutMasks"/>, bit for bit, computed on a device: <see cref="CounterRandom"/> on tensors of 64-bit numbers.</summary>
internal sealed class DeviceDropout : IDisposable
{
    private readonly long _seed;
    private readonly Tensor _keys;

    /// <summary>Factors for layers numbered from 0.</summary>
    public DeviceDropout(long seed, int layers, Device device)
    {
        _seed = seed;
        _keys = torch.zeros([layers], ScalarType.Int64, device).DetachFromDisposeScope();
    }

    /// <summary>An epoch begins. The keys are memory of the device, so that a recorded step finds those of its epoch.</summary>
    public void Begin(int epoch)
    {
        using var scope = torch.NewDisposeScope();
        _keys.copy_(torch.tensor<long>([.. Enumerable.Range(0, (int)_keys.numel()).Select(layer => (long)DropoutMasks.KeyOf(_seed, epoch, layer))]));
    }

    /// <summary>Factors [images, units]: 0 with probability <paramref name="rate"/>, else 1/(1 − rate).</summary>
    /// <param name="layer">Number of the layer.</param>
    /// <param name="positions">Manifest positions, int64 [images].</param>
    /// <param name="units">Values an image.</param>
    /// <param name="rate">0 ≤ rate &lt; 1.</param>
    public Tensor Mask(int layer, Tensor positions, long units, double rate)
    {
        var keys = Mix(positions.mul(Signed(CounterRandom.ItemFactor)).bitwise_xor(_keys.select(0, layer))).unsqueeze(1);
        var steps = torch.arange(1, units + 1, null, ScalarType.Int64, positions.device).mul_(Signed(CounterRandom.Gamma)).unsqueeze(0);
        // A uniform number is 53 bits over 2⁵³, so it is below the rate where the bits are below rate · 2⁵³.
        var kept = Shift(Mix(keys.add(steps)), 11).ge((long)Math.Ceiling(rate * (1L << 53)));
        return kept.to(ScalarType.Float32).mul_((float)(1 / (1 - rate)));
    }

    public void Dispose() => _keys.Dispose();

    private static Tensor Mix(Tensor z)
    {
        z = z.bitwise_xor(Shift(z, 30)).mul_(Signed(CounterRandom.FirstMix));
        z = z.bitwise_xor(Shift(z, 27)).mul_(Signed(CounterRandom.SecondMix));
        return z.bitwise_xor(Shift(z, 31));
    }

    /// <summary>A shift of unsigned numbers: what a signed one draws in from the left is cut off.</summary>
    private static Tensor Shift(Tensor z, int bits) => z.bitwise_right_shift(bits).bitwise_and((1L << (64 - bits)) - 1);

    private static long Signed(ulong value) => unchecked((long)value);
}
