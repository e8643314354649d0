using MalariaLab.Core.Datasets.Insights;
using Xunit;

namespace MalariaLab.Core.Tests.Datasets;

public sealed class ImageMeasuresTests
{
    [Fact]
    public void Summary_EvenAndOddNumbers_HasTheMedianInTheMiddle()
    {
        Assert.Equal(new MeasureSummary("w", 1, 4, 3, 8), MeasureSummary.Of("w", [8, 3, 1]));
        Assert.Equal(2.5, MeasureSummary.Of("w", [4, 1, 3, 2]).Median);
    }

    [Fact]
    public void Of_ManyImages_GivesFewCellsThatCountAll()
    {
        var rows = Enumerable.Range(0, 5000)
            .Select(i => new ImageMeasures.Row(i % 2, 40 + i % 200, 40 + i % 190, i % 3 == 0 ? 1 : 3, 1000 + i, i % 5 == 0 ? "jpeg" : "png", i == 7))
            .ToList();
        var measures = ImageMeasures.Of(rows);
        Assert.Equal(5000, measures.Sizes.Sum(c => c.Count));
        Assert.InRange(measures.Sizes.Count, 100, 48 * 48 * 2);
        Assert.All(measures.Sizes, c => Assert.InRange(c.Width, 40, 245));
        Assert.Equal(5000, measures.Formats.Sum(f => f.Count));
        Assert.Equal("png", measures.Formats[0].Format);
        Assert.Equal(1, measures.Flagged);
    }

    [Fact]
    public void Of_OneSmallImage_Works() => Assert.Equal(1, Assert.Single(ImageMeasures.Of([new(0, 1, 1, 3, 70, "png", false)]).Sizes).Count);
}
