using MalariaLab.Core.Datasets;
using MalariaLab.Web.Features.Datasets;
using Xunit;

namespace MalariaLab.Web.Tests.Datasets;

public sealed class ImportPreviewTests
{
    private static readonly string[] Nih =
        [
            "cell_images/Parasitized/C33P1thin_1.png",
            "cell_images/Parasitized/C33P1thin_2.png",
            "cell_images/Uninfected/C34P2thin_1.png",
            "cell_images/Uninfected/C1_thin.png",
            "cell_images/Thumbs.db",
            "readme.md",
        ];

    [Fact]
    public void Of_ClassFolders_CountsFilesPatientsAndWhatLiesOutside()
    {
        var preview = ImportPreview.Of(Nih, GroupRule.Nih);
        Assert.Equal([("Parasitized", 2), ("Uninfected", 2)], preview.Classes);
        Assert.Equal((3, 0, 1), (preview.Groups, preview.Ungrouped, preview.Outside));
        Assert.Empty(preview.Parts);
        Assert.Contains(("C33P1thin_1.png", "P1"), preview.Examples);
    }

    [Fact]
    public void Of_PartFolders_CountsEachPart()
    {
        var preview = ImportPreview.Of(["x/train/NORMAL/a.jpeg", "x/train/PNEUMONIA/b.jpeg", "x/test/NORMAL/c.jpeg"], GroupRule.None);
        Assert.Equal([(SplitPart.Train, 2), (SplitPart.Test, 1)], preview.Parts);
        Assert.Equal(3, preview.Ungrouped);
    }

    [Fact]
    public void Of_NoClassFolder_HasNoClasses() => Assert.Empty(ImportPreview.Of(["readme.md"], GroupRule.None).Classes);

    [Fact]
    public void GuessRule_TakesTheRuleThatFitsNearlyEveryName()
    {
        Assert.Same(GroupRule.Nih, ImportPreview.GuessRule(Nih));
        Assert.Same(GroupRule.Kermany, ImportPreview.GuessRule(["a/NORMAL/IM-0115-0001.jpeg", "a/PNEUMONIA/person12_virus_3.jpeg"]));
        Assert.Same(GroupRule.None, ImportPreview.GuessRule(["a/x/1.png", "a/y/C1P1.png"]));
        Assert.Same(GroupRule.None, ImportPreview.GuessRule([]));
    }
}
