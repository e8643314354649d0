using MalariaLab.Core.Experiments;

namespace MalariaLab.Imaging.Augmentation;

/// <summary>
/// Transforms as rows of numbers, for code that changes a batch of images at once on another device. The same formulas as <see cref="ImageAugmenter"/>:
/// whatever reads the table has to follow its order (affine and turns, brightness, contrast, colour, blur, cut-out).
/// </summary>
/// <param name="spec">Which changes there are.</param>
/// <param name="size">Height and width of the images in pixels.</param>
public sealed class TransformTable(AugmentationSpec spec, int size)
{
    /// <summary>Columns 0 to 5: the reading map on coordinates from −1 to 1, as x' = a·x + b·y + c and y' = d·x + e·y + f.</summary>
    public const int Map = 0;

    /// <summary>Column of the brightness factor.</summary>
    public const int Brightness = 6;

    /// <summary>Column of the contrast factor.</summary>
    public const int Contrast = 7;

    /// <summary>First of nine columns: the colour matrix, row by row.</summary>
    public const int Colour = 8;

    /// <summary>First of four columns: top and bottom row, left and right column of the cut-out; bottom and right lie outside it.</summary>
    public const int CutOut = 17;

    /// <summary>Value of the pixels inside it.</summary>
    public const float CutOutValue = Planes.MidGrey;

    /// <summary>First of <see cref="BlurRadius"/> + 1 columns: the weights of the blur from its middle outwards.</summary>
    public const int Blur = 21;

    /// <summary>Reach of the widest blur in pixels.</summary>
    public int BlurRadius { get; } = Planes.BlurRadius(spec.BlurSigma);

    /// <summary>Columns of a row.</summary>
    public int Columns => Blur + BlurRadius + 1;

    /// <summary>True when images are read elsewhere than pixel by pixel in order.</summary>
    public bool HasMap => HasAffine || spec.FlipHorizontal || spec.FlipVertical || spec.QuarterTurns;

    /// <summary>True when images are read between pixels too.</summary>
    public bool HasAffine => spec.RotationDegrees != 0 || spec.ShearDegrees != 0 || spec.ShiftHeight != 0 || spec.ShiftWidth != 0 || spec.Zoom != 0;

    /// <summary>Draws the transform of an image in an epoch and writes its row.</summary>
    public void Draw(long seed, int epoch, int image, Span<float> row)
    {
        var transform = ImageTransform.Draw(spec, size, size, seed, epoch, image);
        WriteMap(AffineMap.Affine(transform, size, size).After(AffineMap.Turns(transform, size, size)), row);
        row[Brightness] = (float)(transform.Brightness ?? 1);
        row[Contrast] = (float)transform.Contrast;
        Planes.ColourMatrix(transform.Saturation, transform.Hue).CopyTo(row[Colour..]);
        var (top, left) = (transform.CutOutRow - transform.CutOutSide / 2, transform.CutOutColumn - transform.CutOutSide / 2);
        (row[CutOut], row[CutOut + 1], row[CutOut + 2], row[CutOut + 3]) = (top, top + transform.CutOutSide, left, left + transform.CutOutSide);
        var blur = row[Blur..Columns];
        blur.Clear();
        if (transform.BlurSigma >= Planes.SmallestBlur)
            Planes.BlurWeights(transform.BlurSigma).CopyTo(blur);
        else
            blur[0] = 1;
    }

    /// <summary>From pixels to −1 … 1, where −1 is the middle of the first pixel and 1 that of the last.</summary>
    private void WriteMap(in AffineMap map, Span<float> row)
    {
        double last = size - 1;
        (row[Map], row[Map + 1], row[Map + 2]) = ((float)map.D, (float)map.C, (float)(map.C + map.D + (2 * map.Column0 / last) - 1));
        (row[Map + 3], row[Map + 4], row[Map + 5]) = ((float)map.B, (float)map.A, (float)(map.A + map.B + (2 * map.Row0 / last) - 1));
    }
}
