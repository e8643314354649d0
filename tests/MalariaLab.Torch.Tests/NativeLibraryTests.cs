using MalariaLab.Torch.Interop;
using Xunit;

namespace MalariaLab.Torch.Tests;

public sealed class NativeLibraryTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("native");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Load_NoLibraryAnywhere_SaysWhatToRun()
    {
        var e = Assert.Throws<TorchUnavailableException>(() => NativeLibraries.Load([folder.FullName]));

        Assert.Contains("was not found: run ./lab up", e.Message);
    }

    [Fact]
    public void Load_FileThatIsNoLibrary_SaysWhy()
    {
        File.WriteAllText(Path.Combine(folder.FullName, "libmalarialab_torch.so"), "no library");

        var e = Assert.Throws<TorchUnavailableException>(() => NativeLibraries.Load([folder.FullName]));

        Assert.Contains("can't be loaded (", e.Message);
        Assert.Contains("run ./lab up", e.Message);
    }
}
