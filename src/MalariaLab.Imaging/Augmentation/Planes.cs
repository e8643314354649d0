using System.Runtime.Intrinsics;

namespace MalariaLab.Imaging.Augmentation;

/// <summary>
/// One image as float planes 0…255, rows padded to a multiple of eight so that every loop is whole vectors. Vector256 without fused multiply-add:
/// the same bits on every machine.
/// </summary>
internal sealed class Planes(int height, int width, int channels)
{
    /// <summary>Standard deviation below which a blur changes nothing: the neighbours' weights vanish in float32.</summary>
    public const double SmallestBlur = 0.1;

    /// <summary>Value of a cut-out.</summary>
    public const float MidGrey = 127.5f;
    private readonly float[] _scratch = new float[height * Stride(width)];

    public int Height => height;

    public int Width => width;

    public int Channels => channels;

    public int RowStride { get; } = Stride(width);

    public float[][] Data { get; } = [.. Enumerable.Range(0, channels).Select(_ => new float[height * Stride(width)])];

    private static int Stride(int width) => (width + 7) & ~7;

    /// <summary>Pillow's brightness on bytes: truncate, multiply in float32, clip, truncate.</summary>
    public void Brighten(float factor)
    {
        var top = Vector256.Create(255f);
        foreach (var plane in Data)
            for (var i = 0; i < plane.Length; i += 8)
            {
                var value = Vector256.Floor(Vector256.LoadUnsafe(ref plane[i]));
                Vector256.Floor(Vector256.Min(Vector256.Max(value * factor, Vector256<float>.Zero), top)).StoreUnsafe(ref plane[i]);
            }
    }

    /// <summary>Moves values away from the image's mean grey (Rec. 601) by a factor.</summary>
    public void Contrast(float factor)
    {
        var mean = channels == 3 ? 0.299 * Mean(Data[0]) + 0.587 * Mean(Data[1]) + 0.114 * Mean(Data[2]) : Mean(Data[0]);
        var offset = Vector256.Create((float)(mean * (1 - factor)));
        foreach (var plane in Data)
            for (var i = 0; i < plane.Length; i += 8)
                Clip(Vector256.LoadUnsafe(ref plane[i]) * factor + offset).StoreUnsafe(ref plane[i]);
    }

    /// <summary>Saturation and hue in one linear step: in YIQ the chroma plane is scaled and turned, luminance stays.</summary>
    public void Recolour(double saturation, double hue)
    {
        if (channels != 3)
            return;
        var m = ColourMatrix(saturation, hue);
        var (red, green, blue) = (Data[0], Data[1], Data[2]);
        for (var i = 0; i < red.Length; i += 8)
        {
            var r = Vector256.LoadUnsafe(ref red[i]);
            var g = Vector256.LoadUnsafe(ref green[i]);
            var b = Vector256.LoadUnsafe(ref blue[i]);
            Clip(r * m[0] + g * m[1] + b * m[2]).StoreUnsafe(ref red[i]);
            Clip(r * m[3] + g * m[4] + b * m[5]).StoreUnsafe(ref green[i]);
            Clip(r * m[6] + g * m[7] + b * m[8]).StoreUnsafe(ref blue[i]);
        }
    }

    /// <summary>Separable Gaussian cut at three standard deviations, edges replicated.</summary>
    public void Blur(double sigma)
    {
        var kernel = BlurWeights(sigma);
        var radius = kernel.Length - 1;
        var row = new float[RowStride + 2 * radius + 8];
        foreach (var plane in Data)
        {
            BlurColumns(plane, kernel);
            BlurRows(plane, kernel, row);
        }
    }

    /// <summary>Reach of a blur in pixels.</summary>
    public static int BlurRadius(double sigma) => (int)Math.Ceiling(3 * sigma);

    /// <summary>Weights of a blur from its middle outwards.</summary>
    public static float[] BlurWeights(double sigma)
    {
        var kernel = new float[BlurRadius(sigma) + 1];
        for (var k = 0; k < kernel.Length; k++)
            kernel[k] = (float)Math.Exp(-k * k / (2 * sigma * sigma));
        var sum = kernel[0] + 2 * kernel.AsSpan(1).ToArray().Sum();
        for (var k = 0; k < kernel.Length; k++)
            kernel[k] /= sum;
        return kernel;
    }

    /// <summary>Paints a mid-grey square, cut at the border.</summary>
    public void CutOut(int centreRow, int centreColumn, int side)
    {
        var (top, left) = (centreRow - side / 2, centreColumn - side / 2);
        var (first, last) = (Math.Max(0, left), Math.Min(width, left + side));
        foreach (var plane in Data)
            for (var r = Math.Max(0, top); r < Math.Min(height, top + side); r++)
                plane.AsSpan(r * RowStride + first, Math.Max(0, last - first)).Fill(MidGrey);
    }

    private static Vector256<float> Clip(Vector256<float> value) => Vector256.Min(Vector256.Max(value, Vector256<float>.Zero), Vector256.Create(255f));

    private double Mean(float[] plane)
    {
        var sum = 0.0;
        for (var r = 0; r < height; r++)
            foreach (var value in plane.AsSpan(r * RowStride, width))
                sum += value;
        return sum / (height * width);
    }

    /// <summary>What <see cref="Recolour"/> multiplies (red, green, blue) with, row by row.</summary>
    public static float[] ColourMatrix(double saturation, double hue)
    {
        double[,] toYiq = { { 0.299, 0.587, 0.114 }, { 0.595716, -0.274453, -0.321263 }, { 0.211456, -0.522591, 0.311135 } };
        double[,] fromYiq = { { 1, 0.9563, 0.6210 }, { 1, -0.2721, -0.6474 }, { 1, -1.1070, 1.7046 } };
        var (sin, cos) = Math.SinCos(2 * Math.PI * hue);
        var matrix = new float[9];
        for (var row = 0; row < 3; row++)
            for (var column = 0; column < 3; column++)
            {
                var (i, q) = (toYiq[1, column], toYiq[2, column]);
                var chroma = fromYiq[row, 1] * (cos * i - sin * q) + fromYiq[row, 2] * (sin * i + cos * q);
                var same = fromYiq[row, 1] * i + fromYiq[row, 2] * q;
                // The identity minus the untouched chroma keeps luminance exact although the two tables are rounded.
                matrix[row * 3 + column] = (float)((row == column ? 1 : 0) - same + saturation * chroma);
            }
        return matrix;
    }

    private void BlurColumns(float[] plane, float[] kernel)
    {
        for (var r = 0; r < height; r++)
            for (var c = 0; c < RowStride; c += 8)
            {
                var sum = Vector256.LoadUnsafe(ref plane[r * RowStride + c]) * kernel[0];
                for (var k = 1; k < kernel.Length; k++)
                    sum += (Vector256.LoadUnsafe(ref plane[Math.Max(0, r - k) * RowStride + c])
                        + Vector256.LoadUnsafe(ref plane[Math.Min(height - 1, r + k) * RowStride + c])) * kernel[k];
                sum.StoreUnsafe(ref _scratch[r * RowStride + c]);
            }
        _scratch.CopyTo(plane, 0);
    }

    private void BlurRows(float[] plane, float[] kernel, float[] padded)
    {
        var radius = kernel.Length - 1;
        for (var r = 0; r < height; r++)
        {
            var row = plane.AsSpan(r * RowStride, width);
            padded.AsSpan(0, radius).Fill(row[0]);
            row.CopyTo(padded.AsSpan(radius));
            padded.AsSpan(radius + width).Fill(row[^1]);
            for (var c = 0; c < RowStride; c += 8)
            {
                var sum = Vector256.LoadUnsafe(ref padded[c + radius]) * kernel[0];
                for (var k = 1; k <= radius; k++)
                    sum += (Vector256.LoadUnsafe(ref padded[c + radius - k]) + Vector256.LoadUnsafe(ref padded[c + radius + k])) * kernel[k];
                sum.StoreUnsafe(ref plane[r * RowStride + c]);
            }
        }
    }
}
