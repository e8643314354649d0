using System.Runtime.InteropServices;

namespace MalariaLab.Imaging.Native;

/// <summary>The functions of <c>src/native/image/image.h</c>, which says what each means and who owns what.</summary>
internal static unsafe partial class NativeMethods
{
    static NativeMethods() => NativeLibrary.SetDllImportResolver(typeof(NativeMethods).Assembly, ImageLibrary.Resolve);

    [LibraryImport(ImageLibrary.Name, EntryPoint = "mli_probe")]
    public static partial int Probe(byte* data, nuint length, in NativeLimits limits, out NativeHeader header);

    [LibraryImport(ImageLibrary.Name, EntryPoint = "mli_decode")]
    public static partial int Decode(
        byte* data, nuint length, in NativeLimits limits, int channels, out NativeHeader header, out int outChannels, out NativeBuffer output, out nuint outputLength);

    [LibraryImport(ImageLibrary.Name, EntryPoint = "mli_encode")]
    public static partial int Encode(
        byte* pixels, int width, int height, int channels, int format, int quality, out NativeBuffer output, out nuint outputLength);

    [LibraryImport(ImageLibrary.Name, EntryPoint = "mli_free")]
    public static partial void Free(nint buffer);

    [LibraryImport(ImageLibrary.Name, EntryPoint = "mli_last_error")]
    private static partial nint LastErrorText();

    [LibraryImport(ImageLibrary.Name, EntryPoint = "mli_version")]
    private static partial nint VersionText();

    public static string LastError() => Marshal.PtrToStringUTF8(LastErrorText()) ?? "";

    public static string Version() => Marshal.PtrToStringUTF8(VersionText()) ?? "";
}

[StructLayout(LayoutKind.Sequential)]
internal struct NativeLimits
{
    public long MaxBytes;
    public long MaxPixels;
}

[StructLayout(LayoutKind.Sequential)]
internal struct NativeHeader
{
    public int Format;
    public int Width;
    public int Height;
    public int Channels;
    public int BitDepth;
    public int Orientation;
    public int Pages;
}
