using System.Reflection;
using System.Runtime.InteropServices;

namespace MalariaLab.Torch.Interop;

/// <summary>Finds the shim: in the folder that MALARIALAB_NATIVE names, beside the application, or in the source tree's build folder.</summary>
internal static class NativeLibraries
{
    private static int prepared;

    internal static void Prepare()
    {
        if (Interlocked.Exchange(ref prepared, 1) == 0)
            NativeLibrary.SetDllImportResolver(typeof(NativeLibraries).Assembly, Resolve);
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => name == Native.Library ? Load(Folders()) : 0;

    internal static nint Load(IEnumerable<string> folders)
    {
        const string file = $"lib{Native.Library}.so";
        string? reason = null;
        OpenBlas.ChooseKernels();
        foreach (var folder in folders)
        {
            var candidate = Path.Combine(folder, file);
            if (!File.Exists(candidate))
                continue;
            if (NativeLibrary.TryLoad(candidate, out var handle))
                return handle;
            reason ??= ReasonOfFailure(candidate);
        }
        throw new TorchUnavailableException(reason is null
            ? $"The native library {file} was not found: run ./lab up, which builds it, or name its folder in MALARIALAB_NATIVE."
            : $"The native library {file} can't be loaded ({reason}): run ./lab up, which installs LibTorch and builds it anew.");
    }

    private static string ReasonOfFailure(string candidate)
    {
        try
        {
            NativeLibrary.Free(NativeLibrary.Load(candidate));
            return "unknown";
        }
        catch (Exception e)
        {
            return e.Message.Split('\n')[0];
        }
    }

    private static IEnumerable<string> Folders()
    {
        if (Environment.GetEnvironmentVariable("MALARIALAB_NATIVE") is { Length: > 0 } named)
            yield return named;
        yield return AppContext.BaseDirectory;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            yield return Path.Combine(folder.FullName, "src", "native", "build", "lib");
    }
}
