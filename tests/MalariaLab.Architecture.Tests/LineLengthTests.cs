using Xunit;

namespace MalariaLab.Architecture.Tests;

/// <summary>A line that has to be scrolled sideways hides its end; migrations, which a tool writes, may.</summary>
public sealed class LineLengthTests
{
    private const int Most = 180;

    [Theory]
    [InlineData("src")]
    [InlineData("bench")]
    [InlineData("tests")]
    public void Lines_OfHandWrittenCode_EndWhereOneStillSeesThem(string folder)
    {
        var files = Repository.Files(folder, ".cs", ".razor").ToList();
        var longer =
            from file in files
            from line in File.ReadLines(file).Index()
            where line.Item.Length > Most
            select $"{Path.GetRelativePath(Repository.Root, file)}:{line.Index + 1} has {line.Item.Length} characters";
        Assert.NotEmpty(files);
        Assert.True(!longer.Any(), string.Join(Environment.NewLine, longer));
    }
}
