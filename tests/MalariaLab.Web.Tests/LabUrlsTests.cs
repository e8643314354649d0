using Xunit;

namespace MalariaLab.Web.Tests;

public sealed class LabUrlsTests
{
    [Fact]
    public void Addresses_WithAndWithoutQuery()
    {
        Assert.Equal("/runs/7", LabUrls.Run(7));
        Assert.Equal("/runs/7?tab=log", LabUrls.Run(7, "log"));
        Assert.Equal("/datasets/3?version=2", LabUrls.Dataset(3, 2));
        Assert.Equal("/datasets/3?tab=splits", LabUrls.Dataset(3, tab: "splits"));
        Assert.Equal("/datasets/versions/3/refusals.csv", LabUrls.Refusals(3));
        Assert.Equal("/images/3", LabUrls.Images(3));
        Assert.Equal("/images/3/8", LabUrls.Image(3, 8));
        Assert.Equal("/images/3/8/thumbnail?size=128", LabUrls.Thumbnail(3, 8, 128));
        Assert.Equal("/experiments/new", LabUrls.NewExperiment());
        Assert.Equal("/experiments/new?dataset=3&split=4", LabUrls.NewExperiment(dataset: 3, split: 4));
        Assert.Equal("/experiments/new?recipe=lenet&dataset=3", LabUrls.NewExperiment("lenet", 3));
        Assert.Equal("/runs/7/exports/history.csv", LabUrls.Export(7, "history.csv"));
        Assert.Equal("/compare?runs=1,2", LabUrls.Compare(1, 2));
        Assert.Equal("/sign-in?returnUrl=%2Fruns%2F7%3Ftab%3Dlog", LabUrls.SignIn(LabUrls.Run(7, "log")));
    }

    [Theory]
    [InlineData("/runs?sort=name", "/runs?sort=name")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("https://evil.example", "/")]
    [InlineData("javascript:alert(1)", "/")]
    [InlineData("/a\nb", "/")]
    [InlineData("", "/")]
    [InlineData(null, "/")]
    public void Local_NeverLeavesTheLab(string? url, string expected) => Assert.Equal(expected, LabUrls.Local(url));
}
