namespace MalariaLab.Imaging.Samples;

/// <summary>A square field of light, red, green, blue from 0 to 255, on which stain absorbs.</summary>
internal sealed class Canvas(int size)
{
    private double[] light = new double[size * size * 3];

    public int Size => size;

    public void Fill(Func<int, int, Colour> colour)
    {
        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++)
            {
                var at = ((y * size) + x) * 3;
                (light[at], light[at + 1], light[at + 2]) = colour(x, y);
            }
        }
    }

    /// <summary>Takes light away: at density 1 what stays is the tint's share of each channel (Beer-Lambert, linearised).</summary>
    public void Absorb(double centreX, double centreY, double reach, Colour tint, Func<double, double, double> density)
    {
        for (var y = Math.Max(0, (int)(centreY - reach)); y < Math.Min(size, (int)(centreY + reach) + 2); y++)
        {
            for (var x = Math.Max(0, (int)(centreX - reach)); x < Math.Min(size, (int)(centreX + reach) + 2); x++)
            {
                var amount = density(x - centreX, y - centreY);
                if (amount == 0) continue;
                var at = ((y * size) + x) * 3;
                light[at] *= 1 - (amount * (1 - tint.Red));
                light[at + 1] *= 1 - (amount * (1 - tint.Green));
                light[at + 2] *= 1 - (amount * (1 - tint.Blue));
            }
        }
    }

    /// <summary>Optical blur: a 3 × 3 binomial filter, repeated.</summary>
    public void Blur(int times)
    {
        for (var pass = 0; pass < times; pass++)
        {
            light = Binomial(light, 3);
            light = Binomial(light, size * 3);
        }
    }

    /// <summary>Cuts a window out, black where the mask is not, with sensor noise.</summary>
    public PixelImage Cut(int left, int top, int width, int height, Func<int, int, bool> mask, SampleRandom noise, double grain)
    {
        var pixels = new byte[width * height * 3];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                if (!mask(left + x, top + y)) continue;
                for (var channel = 0; channel < 3; channel++)
                {
                    var value = light[((((top + y) * size) + left + x) * 3) + channel] + (grain * noise.Normal());
                    pixels[(((y * width) + x) * 3) + channel] = (byte)Math.Clamp((int)(value + 0.5), 0, 255);
                }
            }
        }
        return new PixelImage(width, height, 3, pixels);
    }

    private static double[] Binomial(double[] input, int stride)
    {
        var output = (double[])input.Clone();
        for (var i = stride; i < input.Length - stride; i++)
            output[i] = (input[i - stride] + (2 * input[i]) + input[i + stride]) / 4;
        return output;
    }
}

/// <summary>Three channels; light from 0 to 255 or the share of light that passes, by use.</summary>
internal readonly record struct Colour(double Red, double Green, double Blue)
{
    public Colour Times(double factor) => new(Red * factor, Green * factor, Blue * factor);

    public Colour Towards(Colour other, double share) =>
        new(Red + (share * (other.Red - Red)), Green + (share * (other.Green - Green)), Blue + (share * (other.Blue - Blue)));

    public Colour Plus(double red, double green, double blue) => new(Red + red, Green + green, Blue + blue);
}
