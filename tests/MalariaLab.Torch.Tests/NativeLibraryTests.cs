using System.Runtime.InteropServices;
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

    [Fact]
    public unsafe void Load_OpenBlasOlderThanTheProcessor_MultipliesWithTheProcessorsVectorsAllTheSame()
    {
        Assert.SkipUnless(OpenBlas.Kernels is not null, "This processor has no vectors that OpenBLAS might miss.");
        Assert.NotEmpty(torch.__version__); // loads LibTorch, and with it OpenBLAS where LibTorch takes that
        var isOpenBlas = NativeLibrary.TryLoad("libopenblas.so.0", out var library) && NativeLibrary.TryGetExport(library, "openblas_get_corename", out _);
        Assert.SkipUnless(isOpenBlas, "LibTorch multiplies with another library.");

        var name = Marshal.PtrToStringUTF8((nint)((delegate* unmanaged<byte*>)NativeLibrary.GetExport(library, "openblas_get_corename"))());

        Assert.Equal(OpenBlas.Kernels, name, ignoreCase: true);
    }
}
