using MalariaLab.Core.Experiments;
using MalariaLab.Web.Features.Runs;
using Xunit;

namespace MalariaLab.Web.Tests.Runs;

public sealed class RunNetworkTabTests(SharedLab lab) : IClassFixture<SharedLab>
{
    [Theory]
    [InlineData(null, "Pneumonia CNN, deep ·")]
    [InlineData("cellnet", "Pneumonia CNN, deep on the backbone of CellNet ·")]
    public async Task Title_OfANetworkOnAnothersBackbone_NamesBoth(string? backbone, string title)
    {
        var view = (await lab.Get<RunViews>().FindAsync(lab.Runs[0]))!;
        var spec = view.Detail.Spec with { Architecture = new() { Key = "pneumonia-cnn-deep", Backbone = backbone, Size = 64, Channels = 1 }, Weights = new() };
        var html = await Markup.OfAsync<RunNetworkTab>(new() { ["View"] = view with { Detail = view.Detail with { Spec = spec } } });
        Assert.Contains(title, html);
    }
}
