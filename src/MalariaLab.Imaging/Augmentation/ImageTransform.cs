using MalariaLab.Core.Experiments;

namespace MalariaLab.Imaging.Augmentation;

/// <summary>
/// The drawn parameters of one image's augmentation. Applied in this order: affine, flips, quarter turns, brightness, contrast, saturation and hue,
/// blur, cut-out.
/// </summary>
public readonly record struct ImageTransform()
{
    /// <summary>Changes nothing.</summary>
    public static ImageTransform Identity { get; } = new();

    /// <summary>Rotation in degrees.</summary>
    public double RotationDegrees { get; init; }

    /// <summary>Shear in degrees.</summary>
    public double ShearDegrees { get; init; }

    /// <summary>Shift along rows (vertical) in pixels.</summary>
    public double ShiftRows { get; init; }

    /// <summary>Shift along columns (horizontal) in pixels.</summary>
    public double ShiftColumns { get; init; }

    /// <summary>Zoom of rows; above 1 shrinks the content.</summary>
    public double ZoomRows { get; init; } = 1;

    /// <summary>Zoom of columns; above 1 shrinks the content.</summary>
    public double ZoomColumns { get; init; } = 1;

    /// <summary>Mirror left and right.</summary>
    public bool FlipHorizontal { get; init; }

    /// <summary>Mirror top and bottom.</summary>
    public bool FlipVertical { get; init; }

    /// <summary>Counter-clockwise quarter turns, 0 to 3; odd ones need a square image.</summary>
    public int QuarterTurns { get; init; }

    /// <summary>Brightness factor; null leaves values as they are (also untruncated).</summary>
    public double? Brightness { get; init; }

    /// <summary>Contrast factor about the mean grey.</summary>
    public double Contrast { get; init; } = 1;

    /// <summary>Saturation factor.</summary>
    public double Saturation { get; init; } = 1;

    /// <summary>Hue shift as a fraction of the colour circle.</summary>
    public double Hue { get; init; }

    /// <summary>Standard deviation of a Gaussian blur in pixels.</summary>
    public double BlurSigma { get; init; }

    /// <summary>Side of the cut-out square in pixels.</summary>
    public int CutOutSide { get; init; }

    /// <summary>Row of the square's centre.</summary>
    public int CutOutRow { get; init; }

    /// <summary>Column of the square's centre.</summary>
    public int CutOutColumn { get; init; }

    internal bool HasAffine => RotationDegrees != 0 || ShearDegrees != 0 || ShiftRows != 0 || ShiftColumns != 0 || ZoomRows != 1 || ZoomColumns != 1;

    internal bool HasColour => Brightness is not null || Contrast != 1 || Saturation != 1 || Hue != 0 || BlurSigma > 0 || CutOutSide > 0;

    /// <summary>
    /// Draws from (seed, epoch, image) alone. Every parameter has its own place in the stream, so that switching one on leaves the others as they were.
    /// </summary>
    public static ImageTransform Draw(AugmentationSpec spec, int height, int width, long seed, int epoch, int image)
    {
        if (spec.IsNone)
            return Identity;
        var random = CounterRandom.For(seed, epoch, image);
        var cutOut = spec.CutOut > 0 ? 1 : 0;
        double Around(ref CounterRandom r, double reach) => r.Uniform(-reach, reach);
        return new ImageTransform
        {
            RotationDegrees = Around(ref random, spec.RotationDegrees),
            ShiftRows = Around(ref random, spec.ShiftHeight * height),
            ShiftColumns = Around(ref random, spec.ShiftWidth * width),
            ShearDegrees = Around(ref random, spec.ShearDegrees),
            ZoomRows = 1 + Around(ref random, spec.Zoom),
            ZoomColumns = 1 + Around(ref random, spec.Zoom),
            FlipHorizontal = random.NextDouble() < 0.5 & spec.FlipHorizontal,
            FlipVertical = random.NextDouble() < 0.5 & spec.FlipVertical,
            QuarterTurns = random.Below(4) * (spec.QuarterTurns ? 1 : 0),
            Brightness = 1 + Around(ref random, spec.Brightness) is var brightness && spec.Brightness > 0 ? brightness : null,
            Contrast = 1 + Around(ref random, spec.Contrast),
            Saturation = 1 + Around(ref random, spec.Saturation),
            Hue = Around(ref random, spec.Hue),
            BlurSigma = random.NextDouble() * spec.BlurSigma,
            CutOutSide = (int)Math.Round(spec.CutOut * Math.Min(height, width)),
            CutOutRow = random.Below(height) * cutOut,
            CutOutColumn = random.Below(width) * cutOut,
        };
    }

    /// <summary>View <paramref name="view"/> of test-time augmentation, 0 to 7: the eight symmetries of the square, the plain image first.</summary>
    public static ImageTransform View(int view) => new() { FlipHorizontal = (view & 1) != 0, QuarterTurns = (view >> 1 & 3) switch { 1 => 2, 2 => 1, var turns => turns } };
}
