using System.Reflection;
using System.Runtime.InteropServices;

namespace MalariaLab.Imaging.Native;

/// <summary>Finds the image shim: the folder in <c>MALARIALAB_NATIVE</c>, the application's own, then <c>src/native/build/lib</c> in a folder above it.</summary>
internal static class ImageLibrary
{
    public const string Name = "malarialab_image";

    private const string FileName = "lib" + Name + ".so";

    public static nint Resolve(string libraryName, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (libraryName != Name) return 0;
        var path = Candidates().FirstOrDefault(File.Exists)
            ?? throw new DllNotFoundException($"The image library {FileName} has not been built. Run ./lab up, which builds it.");
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (DllNotFoundException e)
        {
            throw new DllNotFoundException(
                $"The image library {path} could not be loaded: libvips is missing or another version. Run ./lab up, which installs it and builds again.", e);
        }
    }

    private static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable("MALARIALAB_NATIVE") is { Length: > 0 } folder)
            yield return Path.Combine(folder, FileName);
        yield return Path.Combine(AppContext.BaseDirectory, FileName);
        for (var above = new DirectoryInfo(AppContext.BaseDirectory); above is not null; above = above.Parent)
            yield return Path.Combine(above.FullName, "src", "native", "build", "lib", FileName);
    }
}
