using MalariaLab.Core.Datasets.Insights;
using MalariaLab.Data.Entities;
using MalariaLab.Web.Features.Datasets;
using Xunit;

namespace MalariaLab.Web.Tests.Datasets;

public sealed class SizesPanelTests
{
    [Fact]
    public async Task Panel_OfManySizes_StaysSmallAndShowsEveryOne()
    {
        // As many cells as there can be for two classes: what a hundred thousand images of any size fill.
        var rows = Enumerable.Range(0, 20_000).Select(i => new ImageMeasures.Row(i % 2, 10 + (i * 7 % 231), 10 + (i * 13 % 229), 3, 9000, "png", false)).ToList();
        var measures = ImageMeasures.Of(rows);
        Assert.True(measures.Sizes.Count > 1500);

        var html = await Markup.OfAsync<SizesPanel>(new()
        {
            ["Measures"] = measures,
            ["Version"] = new DatasetVersion { Id = 1, DatasetId = 1, Number = 1, ClassNames = ["a", "b"], Verdict = "" },
        });

        Assert.InRange(html.Length, 10_000, 100_000);
        Assert.Equal(measures.Sizes.Count, Count("<circle") + Count("h0"));

        int Count(string part) => html.Split(part).Length - 1;
    }
}
