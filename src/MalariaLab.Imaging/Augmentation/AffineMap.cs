namespace MalariaLab.Imaging.Augmentation;

/// <summary>Maps a (row, column) to another: row' = A·row + B·column + Row0, column' = C·row + D·column + Column0.</summary>
internal readonly record struct AffineMap(double A, double B, double Row0, double C, double D, double Column0)
{
    public static AffineMap Identity { get; } = new(1, 0, 0, 0, 1, 0);

    /// <summary>This map after <paramref name="first"/>.</summary>
    public AffineMap After(AffineMap first) => new(
        A * first.A + B * first.C, A * first.B + B * first.D, A * first.Row0 + B * first.Column0 + Row0,
        C * first.A + D * first.C, C * first.B + D * first.D, C * first.Row0 + D * first.Column0 + Column0);

    /// <summary>
    /// Where the affine part of a transform reads the input: R·T·S·Z about (h − 1)/2, (w − 1)/2, rows first, as Keras' ImageDataGenerator means it.
    /// </summary>
    public static AffineMap Affine(in ImageTransform t, int height, int width)
    {
        var (sin, cos) = Math.SinCos(double.DegreesToRadians(t.RotationDegrees));
        var (shearSin, shearCos) = Math.SinCos(double.DegreesToRadians(t.ShearDegrees));
        var rotate = new AffineMap(cos, -sin, 0, sin, cos, 0);
        var shift = Identity with { Row0 = t.ShiftRows, Column0 = t.ShiftColumns };
        var shear = new AffineMap(1, -shearSin, 0, 0, shearCos, 0);
        var zoom = new AffineMap(t.ZoomRows, 0, 0, 0, t.ZoomColumns, 0);
        var toCentre = Identity with { Row0 = height / 2.0 - 0.5, Column0 = width / 2.0 - 0.5 };
        var fromCentre = Identity with { Row0 = -toCentre.Row0, Column0 = -toCentre.Column0 };
        return toCentre.After(rotate).After(shift).After(shear).After(zoom).After(fromCentre);
    }

    /// <summary>Where flips and quarter turns (applied after the affine part, in this order) read their input; whole numbers, so exact.</summary>
    public static AffineMap Turns(in ImageTransform t, int height, int width)
    {
        var map = Identity;
        if (t.FlipHorizontal)
            map = new AffineMap(1, 0, 0, 0, -1, width - 1);
        if (t.FlipVertical)
            map = map.After(new AffineMap(-1, 0, height - 1, 0, 1, 0));
        for (var turn = 0; turn < t.QuarterTurns; turn++)
            map = map.After(new AffineMap(0, 1, 0, -1, 0, width - 1));
        return map;
    }
}
