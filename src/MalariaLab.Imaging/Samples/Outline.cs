namespace MalariaLab.Imaging.Samples;

/// <summary>A closed, star-shaped, slightly irregular curve: radius × (1 + a few harmonics of the direction).</summary>
internal sealed class Outline
{
    private readonly double[] cosines;
    private readonly double[] sines;

    /// <param name="random">Draws the harmonics.</param>
    /// <param name="radius">Mean radius in pixels.</param>
    /// <param name="roughness">Size of the second harmonic as a share of the radius; higher ones are smaller.</param>
    /// <param name="harmonics">How many, from the second on.</param>
    public Outline(SampleRandom random, double radius, double roughness, int harmonics)
    {
        Radius = radius;
        cosines = new double[harmonics];
        sines = new double[harmonics];
        for (var i = 0; i < harmonics; i++)
        {
            var size = roughness / (1 + (0.9 * i));
            cosines[i] = size * random.Normal();
            sines[i] = size * random.Normal();
        }
    }

    /// <summary>Mean radius in pixels.</summary>
    public double Radius { get; }

    /// <summary>How far inside the curve a point relative to the centre lies, in pixels along the ray; negative outside.</summary>
    public double Inside(double x, double y)
    {
        var length = Math.Sqrt((x * x) + (y * y));
        if (length < 1e-9) return Radius;
        double c = x / length, s = y / length;
        // cos kθ and sin kθ, from k = 2 on, by repeated complex multiplication.
        double ck = c, sk = s;
        var factor = 1.0;
        for (var i = 0; i < cosines.Length; i++)
        {
            (ck, sk) = ((ck * c) - (sk * s), (ck * s) + (sk * c));
            factor += (cosines[i] * ck) + (sines[i] * sk);
        }
        return (Radius * factor) - length;
    }
}
