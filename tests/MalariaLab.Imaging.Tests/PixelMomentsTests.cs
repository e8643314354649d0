using MalariaLab.Imaging.Statistics;
using Xunit;

namespace MalariaLab.Imaging.Tests;

public sealed class PixelMomentsTests
{
    [Fact]
    public void MeanDeviationAndHistogram_TwoImages_AreThoseOfTheDefinition()
    {
        var moments = new PixelMoments(2, 1, 3);
        moments.Add([10, 0, 0, 100, 0, 255]);
        moments.Add([20, 0, 0, 200, 0, 255]);
        Assert.Equal([15, 0, 0, 150, 0, 255], moments.Mean().Pixels);
        // Deviations 5 and 50; the largest is drawn white.
        Assert.Equal([26, 0, 0, 255, 0, 0], moments.Deviation().Pixels);
        Assert.Equal((1, 1, 1, 4), (moments.Histogram(0)[10], moments.Histogram(0)[200], moments.Histogram(0)[100], moments.Histogram(1)[0]));
        Assert.Equal((2, 2), (moments.Histogram(2)[0], moments.Histogram(2)[255]));
    }

    [Fact]
    public void Merge_Halves_EqualsTheWhole()
    {
        PixelMoments whole = new(5, 4, 1), left = new(5, 4, 1), right = new(5, 4, 1);
        for (var i = 0; i < 10; i++)
        {
            var pixels = Fixture.Pattern(5, 4 + i, 1).Pixels.AsSpan(i * 5, 20);
            whole.Add(pixels);
            (i < 4 ? left : right).Add(pixels);
        }
        left.Merge(right);
        Assert.Equal(whole.Count, left.Count);
        Assert.Equal(whole.Mean().Pixels, left.Mean().Pixels);
        Assert.Equal(whole.Deviation().Pixels, left.Deviation().Pixels);
        Assert.Equal(whole.Histogram(0), left.Histogram(0));
    }

    [Fact]
    public void ContrastTo_BrighterAndDarkerClass_IsGreyWhereEqual()
    {
        PixelMoments one = new(3, 1, 1), other = new(3, 1, 1);
        one.Add([50, 90, 10]);
        other.Add([50, 10, 50]);
        Assert.Equal([128, 255, 64], one.ContrastTo(other).Pixels);
    }

    [Fact]
    public void Mean_NoImages_IsRefused() => Assert.Throws<InvalidOperationException>(() => new PixelMoments(1, 1, 1).Mean());
}
