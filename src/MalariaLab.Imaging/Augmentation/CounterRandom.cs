namespace MalariaLab.Imaging.Augmentation;

/// <summary>
/// A random stream that is a pure function of its key: draw <c>n</c> of a key is always the same number, whatever was drawn before, on any thread.
/// SplitMix64's finaliser over a key mixed from the parts.
/// </summary>
public struct CounterRandom(ulong key)
{
    /// <summary>Step of the counter between two draws of a stream.</summary>
    public const ulong Gamma = 0x9E3779B97F4A7C15;

    /// <summary>What an item's number is multiplied with before it enters its stream's key.</summary>
    public const ulong ItemFactor = 0xAF251AF3B0F025B5;

    /// <summary>First factor of the mixing: <c>z ^= z >> 30; z *= FirstMix; z ^= z >> 27; z *= SecondMix; z ^= z >> 31</c>.</summary>
    public const ulong FirstMix = 0xBF58476D1CE4E5B9;

    /// <summary>Second factor of the mixing.</summary>
    public const ulong SecondMix = 0x94D049BB133111EB;

    private ulong _counter;

    /// <summary>The stream of a seed, a purpose (epoch, "order", …) and an item.</summary>
    public static CounterRandom For(long seed, long purpose, long item) => new(Mix(KeyOf(seed, purpose) ^ (ulong)item * ItemFactor));

    /// <summary>The part of a key that all items share: an item's stream has the key <c>Mix(KeyOf ^ item · ItemFactor)</c>, its draw n is <c>Mix(key + Gamma · n)</c>.</summary>
    public static ulong KeyOf(long seed, long purpose) => Mix(Mix((ulong)seed + Gamma) ^ (ulong)purpose * 0xD1342543DE82EF95);

    /// <summary>64 random bits.</summary>
    public ulong NextBits() => Mix(key + Gamma * ++_counter);

    /// <summary>Uniform in [0, 1) with 53 bits.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform between two numbers.</summary>
    public double Uniform(double low, double high) => low + (high - low) * NextDouble();

    /// <summary>Uniform in 0 … <paramref name="bound"/> − 1 (multiply-shift; the bias is below bound/2⁶⁴).</summary>
    public int Below(int bound) => (int)Math.BigMul(NextBits(), (ulong)bound, out _);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * FirstMix;
        z = (z ^ (z >> 27)) * SecondMix;
        return z ^ (z >> 31);
    }
}
