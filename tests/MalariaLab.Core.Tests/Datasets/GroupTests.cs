using System.IO.Compression;
using MalariaLab.Core.Datasets;
using MalariaLab.Testing;
using Xunit;

namespace MalariaLab.Core.Tests.Datasets;

public sealed class GroupTests
{
    [Theory]
    [InlineData("cell_images/Parasitized/C33P1thinF_IMG_20150619_114756a_cell_179.png", "P1")]
    [InlineData("C47P8thin_Original_Motic_cell_1.png", "P8")]
    [InlineData("C47P8thinOriginalOlympusCX21_cell_1.png", "P8")]
    [InlineData("C5NThinF_IMG_1.png", "C5")]
    [InlineData("person12_bacteria_46.jpeg", null)]
    public void Nih_Name_GivesPatientElseSlide(string name, string? group) => Assert.Equal(group, GroupRule.Nih.GroupOf(name));

    [Theory]
    [InlineData("PNEUMONIA/person12_bacteria_46.jpeg", "person12")]
    [InlineData("NORMAL2-IM-0115-0001.jpeg", "NORMAL2-IM-0115")]
    [InlineData("C33P1.png", null)]
    public void Kermany_Name_GivesPerson(string name, string? group) => Assert.Equal(group, GroupRule.Kermany.GroupOf(name));

    [Fact]
    public void Regex_WithCapture_GivesTheCapture()
    {
        Assert.Equal("17", GroupRule.Parse("regex:slide(\\d+)_").GroupOf("a/slide17_3.png"));
        Assert.Null(GroupRule.Parse("regex:slide(\\d+)_").GroupOf("slide17/other.png"));
    }

    [Theory]
    [InlineData("regex:(", "regular expression")]
    [InlineData("patients", "none, nih, kermany")]
    public void Parse_UnusableRule_SaysWhatWouldBe(string rule, string sentence) =>
        Assert.Contains(sentence, Assert.Throws<FormatException>(() => GroupRule.Parse(rule)).Message, StringComparison.Ordinal);

    [Fact]
    public void Map_TwoColumns_SkipsHeadingAndFolders()
    {
        var map = GroupMap.Read(new StringReader("file,patient\nx/a.png,P1\n\"b.png\", P2\n\n"));
        Assert.Equal("P1", map["a.png"]);
        Assert.Equal("P2", map["b.png"]);
        Assert.Equal(2, map.Count);
    }

    [Theory]
    [InlineData("a.png", "Line 1")]
    [InlineData("a.png,P1\na.png,P2", "Line 2")]
    [InlineData("file,patient\n", "names no file")]
    public void Map_BadRow_NamesTheLine(string csv, string sentence) =>
        Assert.Contains(sentence, Assert.Throws<FormatException>(() => GroupMap.Read(new StringReader(csv))).Message, StringComparison.Ordinal);

    [Fact]
    public void Map_NihFiles_AgreeWithThePatternOnEveryCell()
    {
        var cells = CellNames();
        foreach (var file in new[] { "patientid_cellmapping_parasitized.csv", "patientid_cellmapping_uninfected.csv" })
        {
            using var csv = File.OpenText(SharedFiles.Data(file));
            var map = GroupMap.Read(csv);
            var known = cells.Where(map.ContainsKey).ToList();
            Assert.NotEmpty(known);
            Assert.All(known, name => Assert.Equal(GroupRule.Nih.GroupOf(name), map[name]));
        }
    }

    private static List<string> CellNames()
    {
        using var zip = ZipFile.OpenRead(SharedFiles.Data("nih-malaria-cells.zip"));
        return zip.Entries.Where(e => e.Name.EndsWith(".png", StringComparison.Ordinal)).Select(e => e.Name).ToList();
    }
}
