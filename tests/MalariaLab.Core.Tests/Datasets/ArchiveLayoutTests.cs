using MalariaLab.Core.Datasets;
using Xunit;

namespace MalariaLab.Core.Tests.Datasets;

public sealed class ArchiveLayoutTests
{
    [Fact]
    public void Of_ClassFoldersInWrappers_FindsClassesInOrdinalOrder()
    {
        var layout = ArchiveLayout.Of(["a/cell_images/Uninfected/1.png", "a/cell_images/Parasitized/2.png"]);
        Assert.Equal(["Parasitized", "Uninfected"], layout.Classes);
        Assert.Equal([1, 0], layout.Files.Select(f => f.Label));
        Assert.False(layout.HasGivenParts);
    }

    [Fact]
    public void Of_PartFolders_GivesPartsAndClasses()
    {
        var layout = ArchiveLayout.Of(["x/train/NORMAL/1.jpeg", "x/val/NORMAL/2.jpeg", "x/test/PNEUMONIA/3.jpeg"]);
        Assert.Equal(["NORMAL", "PNEUMONIA"], layout.Classes);
        Assert.Equal([SplitPart.Train, SplitPart.Validation, SplitPart.Test], layout.Files.Select(f => f.Part));
    }

    [Fact]
    public void Of_PartsBelowClasses_GivesParts()
    {
        var layout = ArchiveLayout.Of(["A/train/1.png", "B/test/2.png"]);
        Assert.Equal(["A", "B"], layout.Classes);
        Assert.Equal([SplitPart.Train, SplitPart.Test], layout.Files.Select(f => f.Part));
    }

    [Fact]
    public void Of_ClassesNamedTrainAndTest_AreClasses()
    {
        var layout = ArchiveLayout.Of(["train/1.png", "test/2.png"]);
        Assert.Equal(["test", "train"], layout.Classes);
        Assert.False(layout.HasGivenParts);
    }

    [Fact]
    public void Of_WrapperRepeatedInside_IsTheSameClasses()
    {
        var layout = ArchiveLayout.Of(
            ["cell_images/Parasitized/1.png", "cell_images/Uninfected/2.png", "cell_images/cell_images/Parasitized/1.png"]);
        Assert.Equal(["Parasitized", "Uninfected"], layout.Classes);
        Assert.Equal(0, layout.Files[2].Label);
    }

    [Fact]
    public void Of_FoldersBelowClasses_BelongToTheClass()
    {
        var layout = ArchiveLayout.Of(["A/patient1/1.png", "A/patient2/2.png", "B/patient3/3.png"]);
        Assert.Equal(["A", "B"], layout.Classes);
        Assert.Equal([0, 0, 1], layout.Files.Select(f => f.Label));
    }

    [Fact]
    public void Of_OneFolder_IsOneClass()
    {
        Assert.Equal(["A"], ArchiveLayout.Of(["w/A/1.png", "w/A/2.png"]).Classes);
        Assert.Empty(ArchiveLayout.Of(["1.png", "2.png"]).Classes);
    }

    [Fact]
    public void Of_ClutterAndReadMe_NeitherMakesAClass()
    {
        var layout = ArchiveLayout.Of(
            ["w/A/1.png", "w/B/2.png", "__MACOSX/w/A/._1.png", "w/.DS_Store", "w/A/Thumbs.db", "w/readme.txt", "w/A/notes.txt", "README"]);
        Assert.Equal(["A", "B"], layout.Classes);
        Assert.Equal([false, false, true, true, true, false, false, false], layout.Files.Select(f => f.IsClutter));
        Assert.Equal([0, 1, null, null, null, null, 0, null], layout.Files.Select(f => f.Label));
    }

    [Theory]
    [InlineData("Parasitized", "Parasitized,Uninfected")]
    [InlineData("Infected", "Infected,Uninfected")]
    [InlineData("PNEUMONIA", "NORMAL,PNEUMONIA")]
    [InlineData("abnormal", "abnormal,normal")]
    [InlineData("odd", "healthy,odd")]
    [InlineData("zebra", "apple,zebra")]
    public void Guess_Names_PicksThePositiveClass(string expected, string names)
    {
        var classes = names.Split(',');
        Assert.Equal(expected, classes[PositiveClass.Guess(classes)]);
    }
}
