namespace MalariaLab.Imaging.Samples;

/// <summary>Value noise: random numbers on a lattice, smoothly interpolated; about -1 to 1.</summary>
internal sealed class SmoothNoise(SampleRandom random, double cellSize)
{
    private const int Lattice = 64;

    private readonly double[] values = [.. Enumerable.Range(0, Lattice * Lattice).Select(_ => random.Between(-1, 1))];

    public double At(double x, double y)
    {
        x = (x / cellSize) + 16;
        y = (y / cellSize) + 16;
        int left = (int)x, top = (int)y;
        double u = Shape.Ease(x - left), v = Shape.Ease(y - top);
        var upper = Value(left, top) + (u * (Value(left + 1, top) - Value(left, top)));
        var lower = Value(left, top + 1) + (u * (Value(left + 1, top + 1) - Value(left, top + 1)));
        return upper + (v * (lower - upper));
    }

    private double Value(int x, int y) => values[((y & (Lattice - 1)) * Lattice) + (x & (Lattice - 1))];
}
