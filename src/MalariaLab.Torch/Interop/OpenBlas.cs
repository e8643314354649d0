using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace MalariaLab.Torch.Interop;

/// <summary>
/// Names OpenBLAS' kernels before LibTorch loads it. A release that is older than the processor doesn't know it and falls back to SSE3 ("Prescott"),
/// which multiplies matrices at a quarter of the speed. Whoever sets OPENBLAS_CORETYPE has the last word.
/// </summary>
internal static partial class OpenBlas
{
    /// <summary>The kernels for this processor; null leaves the choice to OpenBLAS.</summary>
    internal static string? Kernels =>
        Avx512F.VL.IsSupported && Avx512BW.IsSupported && Avx512DQ.IsSupported && Avx512CD.IsSupported ? "SkylakeX"
        : Avx2.IsSupported && Fma.IsSupported ? "Haswell"
        : null;

    internal static void ChooseKernels()
    {
        // Environment.SetEnvironmentVariable changes .NET's copy only.
        if (Kernels is { } kernels)
            _ = setenv("OPENBLAS_CORETYPE", kernels, overwrite: 0);
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);
}
