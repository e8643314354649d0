namespace MalariaLab.Imaging.Augmentation;

/// <summary>
/// A random stream that is a pure function of its key: draw <c>n</c> of a key is always the same number, whatever was drawn before, on any thread.
/// SplitMix64's finaliser over a key mixed from the parts.
/// </summary>
public struct CounterRandom(ulong key)
{
    private const ulong Gamma = 0x9E3779B97F4A7C15;
    private ulong _counter;

    /// <summary>The stream of a seed, a purpose (epoch, "order", …) and an item.</summary>
    public static CounterRandom For(long seed, long purpose, long item) =>
        new(Mix(Mix(Mix((ulong)seed + Gamma) ^ (ulong)purpose * 0xD1342543DE82EF95) ^ (ulong)item * 0xAF251AF3B0F025B5));

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
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
