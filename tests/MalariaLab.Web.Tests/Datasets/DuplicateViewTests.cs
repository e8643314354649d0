using MalariaLab.Core.Datasets;
using MalariaLab.Core.Datasets.Insights;
using MalariaLab.Web.Features.Datasets;
using Xunit;

namespace MalariaLab.Web.Tests.Datasets;

public sealed class DuplicateViewTests
{
    private static readonly int[] Labels = [0, 0, 1, 1, 0];
    private static readonly byte[] Parts = [(byte)SplitPart.Train, (byte)SplitPart.Test, (byte)SplitPart.Train, (byte)SplitPart.Unused, (byte)SplitPart.Train];
    private static readonly DuplicatePair[] Pairs = [new(0, 1, 0, 0, true), new(0, 2, 3, 1.5), new(2, 3, 2, 1), new(0, 4, 6, 2)];

    [Theory]
    [InlineData(null, 4)]
    [InlineData("nonsense", 4)]
    [InlineData("within-class", 3)]
    [InlineData("across-classes", 1)]
    [InlineData("within-part-7", 2)]
    [InlineData("across-parts-7", 1)]
    public void Choice_FromTheAddress_TakesItsPairs(string? text, int pairs)
    {
        var choice = DuplicateChoice.Parse(text);
        Assert.Equal(pairs, Pairs.Count(p => choice.Takes(p, Labels, Parts)));
        Assert.Equal(text?.EndsWith("-7", StringComparison.Ordinal) == true ? 7 : null, choice.Split);
    }

    [Fact]
    public void Sets_OfAChain_HangTogetherAndKeepOne()
    {
        var sets = DuplicateSet.Of([.. Pairs.Where(p => p.Distance <= 3)]);
        var set = Assert.Single(sets);
        Assert.Equal([0, 1, 2, 3], set.Members);
        Assert.Equal((3, false), (set.Distance, set.Exact));
        Assert.Equal([1, 2, 3], DuplicateSet.Leaving(sets, new Dictionary<int, int>()));
        Assert.Equal([0, 1, 3], DuplicateSet.Leaving(sets, new Dictionary<int, int> { [0] = 2 }));
        Assert.Empty(DuplicateSet.Leaving(sets, new Dictionary<int, int> { [0] = DuplicateSet.KeepAll }));
        Assert.True(Assert.Single(DuplicateSet.Of([Pairs[0]])).Exact);
    }

    [Fact]
    public void Leaving_WhereTheChosenImageIsOfTheSetNoMore_KeepsTheFirst()
    {
        // Image 4 was chosen at a wider threshold; at this one it hangs together with none of the others.
        var chosen = new Dictionary<int, int> { [0] = 4 };
        Assert.Equal([0, 1, 2, 3], DuplicateSet.Leaving(DuplicateSet.Of(Pairs), chosen));
        Assert.Equal([1, 2, 3], DuplicateSet.Leaving(DuplicateSet.Of([.. Pairs.Where(p => p.Distance <= 3)]), chosen));
    }
}
