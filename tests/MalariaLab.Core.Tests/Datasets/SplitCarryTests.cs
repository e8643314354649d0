using MalariaLab.Core.Datasets;
using Xunit;

namespace MalariaLab.Core.Tests.Datasets;

public sealed class SplitCarryTests
{
    private static readonly SplitItem[] Old = [new("a", 0, "P1", null), new("b", 1, "P2", null), new("c", 0, "P3", null), new("d", 1, "P1", null)];
    private static readonly byte[] Assignment = [(byte)SplitPart.Train, (byte)SplitPart.Validation, (byte)SplitPart.Test, (byte)SplitPart.Train];

    [Fact]
    public void Assign_KeptImages_KeepTheirPartsInAnyOrder() => Assert.Equal(
        [(byte)SplitPart.Train, (byte)SplitPart.Test, (byte)SplitPart.Train],
        SplitCarry.Assign(Old, Assignment, [new("d", 0, "P1", null), new("c", 0, "P3", null), new("a", 0, "P1", null)]));

    [Fact]
    public void Assign_NewImages_TrainUnlessTheirPatientIsTestedOrValidatedOn()
    {
        SplitItem[] items = [.. Old, new("e", 0, "P1", null), new("f", 0, "P2", null), new("g", 0, "P3", null), new("h", 0, "P9", null), new("i", 0, null, null)];
        var carried = SplitCarry.Assign(Old, Assignment, items);
        Assert.Equal([SplitPart.Train, SplitPart.Unused, SplitPart.Unused, SplitPart.Train, SplitPart.Train], carried[4..].Select(part => (SplitPart)part));
        Assert.True(SplitReport.Of(items, carried, 2).IsClean);
        Assert.Equal(ContentHashes.Part(Old, Assignment, SplitPart.Test), ContentHashes.Part(items, carried, SplitPart.Test));
    }
}
