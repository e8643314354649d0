namespace MalariaLab.Imaging.Samples;

/// <summary>Soft profiles that stand in for exponentials, from exact arithmetic only.</summary>
internal static class Shape
{
    /// <summary>0 below 0, 1 above 1, smooth between.</summary>
    public static double Ease(double t)
    {
        t = Math.Clamp(t, 0, 1);
        return t * t * (3 - (2 * t));
    }

    /// <summary>1 at 0, falling smoothly to 0 at ±1.</summary>
    public static double Bump(double t)
    {
        var rest = 1 - (t * t);
        return rest <= 0 ? 0 : rest * rest;
    }
}
