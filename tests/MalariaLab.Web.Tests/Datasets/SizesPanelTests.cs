using MalariaLab.Core.Datasets.Insights;
using MalariaLab.Data.Entities;
using MalariaLab.Web.Features.Datasets;
using MalariaLab.Web.Localisation;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
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

        await using var services = new ServiceCollection().AddScoped<Words>().BuildServiceProvider();
        await using var renderer = new HtmlRenderer(services, NullLoggerFactory.Instance);
        var html = await renderer.Dispatcher.InvokeAsync(async () => (await renderer.RenderComponentAsync<SizesPanel>(ParameterView.FromDictionary(new Dictionary<string, object?>
        {
            ["Measures"] = measures,
            ["Version"] = new DatasetVersion { Id = 1, DatasetId = 1, Number = 1, ClassNames = ["a", "b"], Verdict = "" },
        }))).ToHtmlString());

        Assert.InRange(html.Length, 10_000, 100_000);
        Assert.Equal(measures.Sizes.Count, Count("<circle") + Count("h0"));

        int Count(string part) => html.Split(part).Length - 1;
    }
}
