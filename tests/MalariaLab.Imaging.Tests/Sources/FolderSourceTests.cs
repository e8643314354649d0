using MalariaLab.Imaging.Sources;
using Xunit;

namespace MalariaLab.Imaging.Tests.Sources;

public sealed class FolderSourceTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("malarialab-test-");

    [Fact]
    public void Files_LinksAndFolders_OnlyOwnFilesInOrder()
    {
        var root = folder.CreateSubdirectory("root");
        var outside = folder.CreateSubdirectory("outside");
        File.WriteAllBytes(Path.Combine(outside.FullName, "secret.png"), [9]);
        File.WriteAllBytes(Path.Combine(root.CreateSubdirectory("B").FullName, "2.png"), [2, 2]);
        File.WriteAllBytes(Path.Combine(root.CreateSubdirectory("A").FullName, "1.png"), [1]);
        Directory.CreateSymbolicLink(Path.Combine(root.FullName, "C"), outside.FullName);
        File.CreateSymbolicLink(Path.Combine(root.FullName, "A", "link.png"), Path.Combine(outside.FullName, "secret.png"));

        using var source = ImageSource.Open(root.FullName);
        Assert.Equal(["A/1.png", "B/2.png"], source.Files.Select(f => f.Path));
        Assert.Equal([2, 2], source.Read(source.Files[1]));
    }

    [Fact]
    public void Read_APipe_IsEmptyAndDoesNotWait()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no pipes among files.");
        using (var make = System.Diagnostics.Process.Start("mkfifo", [Path.Combine(folder.FullName, "a.png"), Path.Combine(folder.FullName, "b.zip")])) make.WaitForExit();
        using var source = ImageSource.Open(folder.FullName);
        Assert.Equal(2, source.Files.Count);
        Assert.Empty(source.Read(source.Files[0]));
        Assert.Contains("not a zip archive", Assert.Throws<SourceRefusedException>(() => ImageSource.Open(Path.Combine(folder.FullName, "b.zip"))).Message);
    }

    [Fact]
    public void Open_TooManyFiles_IsRefused()
    {
        for (var i = 0; i < 3; i++) File.WriteAllBytes(Path.Combine(folder.FullName, $"{i}.png"), [1]);
        var refusal = Assert.Throws<SourceRefusedException>(() => ImageSource.Open(folder.FullName, new() { MaxEntries = 2 }));
        Assert.Contains("more than 2 files", refusal.Message);
    }

    [Fact]
    public void Open_Missing_IsRefused() =>
        Assert.Throws<SourceRefusedException>(() => ImageSource.Open(Path.Combine(folder.FullName, "none")));

    public void Dispose() => folder.Delete(true);
}
