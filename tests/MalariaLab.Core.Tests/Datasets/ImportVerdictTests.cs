using MalariaLab.Core.Datasets;
using Xunit;

namespace MalariaLab.Core.Tests.Datasets;

public sealed class ImportVerdictTests
{
    [Theory]
    [InlineData("", "", 0, "the source has no files")]
    [InlineData("", "", 3, "class folder")]
    [InlineData("A,B", "0,0", 5, "none of its 5 files")]
    [InlineData("A", "10", 0, "one class, A")]
    [InlineData("A,B", "10,2", 0, "class B has 2 images")]
    [InlineData("A,B", "10,0", 4, "class B has 0 images")]
    public void Of_UnusableCounts_SaysWhy(string classes, string counts, int refused, string because)
    {
        var verdict = ImportVerdict.Of(Split(classes), [.. Split(counts).Select(int.Parse)], refused, 0);
        Assert.False(verdict.IsReady);
        Assert.StartsWith("Not ready, because ", verdict.Sentence);
        Assert.Contains(because, verdict.Sentence);
    }

    [Fact]
    public void Of_TooManyClasses_SaysHowMany()
    {
        var verdict = ImportVerdict.Of([.. Enumerable.Range(0, 21).Select(i => $"c{i}")], [.. Enumerable.Repeat(9, 21)], 0, 0);
        Assert.Contains("21 class folders", verdict.Sentence);
    }

    [Fact]
    public void Of_UsableCounts_IsReadyAndTellsWhatIsMissing()
    {
        Assert.Equal(new ImportVerdict(true, "Ready: 7,365 images in 2 classes."), ImportVerdict.Of(["A", "B"], [3749, 3616], 0, 0));
        Assert.Equal(
            "Ready: 6 images in 2 classes. 2 files were not taken; the list says why. The group rule finds no group for 1 image.",
            ImportVerdict.Of(["A", "B"], [3, 3], 2, 1).Sentence);
    }

    [Fact]
    public void Options_GroupRules_AreReadBack()
    {
        var options = ImportOptions.FromJson(new ImportOptions { GroupRule = "csv:map.csv", GroupMapCsv = "a.png,p1\nb.png,p2" }.ToJson());
        Assert.Equal("p2", options.ToGroupRule().GroupOf("x/b.png"));
        Assert.Equal("8", new ImportOptions { GroupRule = "regex:P(\\d+)" }.ToGroupRule().GroupOf("C4P8.png"));
        Assert.Throws<FormatException>(() => new ImportOptions { GroupRule = "csv:lost.csv" }.ToGroupRule());
    }

    private static string[] Split(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries);
}
