using Xunit;

namespace MalariaLab.Imaging.Tests;

public sealed class PixelMeasuresTests
{
    // Smaller than one block of vectors, with a rest behind the blocks, and longer than one round of sums.
    [Theory]
    [InlineData(3, 2)]
    [InlineData(37, 23)]
    [InlineData(131, 127)]
    public void Of_AColourImage_AgreesWithTheDefinitions(int width, int height)
    {
        var pixels = new byte[width * height * 3];
        var random = new Random(width);
        random.NextBytes(pixels);
        pixels.AsSpan(0, pixels.Length / 3).Fill(255);
        // About half of the rest is dark in one, two or all channels.
        for (var i = pixels.Length / 3; i < pixels.Length; i++)
            if (random.Next(2) == 0) pixels[i] = (byte)random.Next(0, 13);

        var measures = PixelMeasures.Of(new PixelImage(width, height, 3, pixels));

        var colours = pixels.Chunk(3).ToList();
        Assert.Equal((double)colours.Count(c => c.Max() <= PixelMeasures.BackgroundCeiling) / colours.Count, measures.BackgroundShare);
        for (var channel = 0; channel < 3; channel++)
        {
            var mean = colours.Average(c => (double)c[channel]);
            Assert.Equal(mean, measures.Means[channel], 9);
            Assert.Equal(Math.Sqrt(colours.Average(c => Math.Pow(c[channel] - mean, 2))), measures.Deviations[channel], 6);
        }
    }
}
