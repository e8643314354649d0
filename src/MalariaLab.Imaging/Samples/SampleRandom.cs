namespace MalariaLab.Imaging.Samples;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood 2014), with draws that use only additions, multiplications, divisions and square roots: these are exact in IEEE 754,
/// so that one seed gives the same images on every machine, which <c>Math.Sin</c> and its kin do not promise.
/// </summary>
internal sealed class SampleRandom(ulong seed)
{
    private ulong state = seed;

    /// <summary>A generator of its own for one of many things, independent of the order in which they are made.</summary>
    public static SampleRandom For(long seed, int stream, int index) =>
        new(new SampleRandom(unchecked((ulong)seed)).Next() ^ new SampleRandom(((ulong)(uint)stream << 32) | (uint)index).Next());

    public ulong Next()
    {
        state += 0x9E3779B97F4A7C15;
        var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform between two bounds.</summary>
    public double Between(double low, double high) => low + ((high - low) * Unit());

    /// <summary>Whole number from 0 to below <paramref name="count"/>.</summary>
    public int Below(int count) => (int)(Unit() * count);

    /// <summary>True with the given probability.</summary>
    public bool Chance(double probability) => Unit() < probability;

    /// <summary>Nearly normal (sum of twelve uniforms), standard deviation 1, never beyond ±6.</summary>
    public double Normal()
    {
        var sum = -6.0;
        for (var i = 0; i < 12; i++) sum += Unit();
        return sum;
    }

    /// <summary>A direction: a point on the unit circle.</summary>
    public (double X, double Y) Direction()
    {
        while (true)
        {
            double x = Between(-1, 1), y = Between(-1, 1);
            var square = (x * x) + (y * y);
            if (square is <= 0.01 or > 1) continue;
            var length = Math.Sqrt(square);
            return (x / length, y / length);
        }
    }

    public T Pick<T>(params ReadOnlySpan<T> choices) => choices[Below(choices.Length)];
}
