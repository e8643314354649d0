using System.Runtime.InteropServices;

namespace MalariaLab.Training.Weights.Keras;

/// <summary>An open thing of libhdf5: file, group, dataset, attribute, space, type or property list. Its identifiers are counted references.</summary>
internal sealed class Hdf5Handle() : SafeHandle(-1, ownsHandle: true)
{
    public override bool IsInvalid => handle < 0;

    protected override bool ReleaseHandle() => Hdf5.H5Idec_ref(handle) >= 0;
}

/// <summary>The calls of libhdf5 that reading tensors takes. The library knows no threads: whoever calls holds <see cref="Gate"/>.</summary>
internal static unsafe partial class Hdf5
{
    public const string Library = "hdf5";

    /// <summary>H5T_class_t.</summary>
    public const int FloatClass = 1, StringClass = 3;

    /// <summary>H5D_layout_t: data in other files.</summary>
    public const int VirtualLayout = 3;

    /// <summary>Held during every call.</summary>
    public static readonly object Gate = new();

    // The serial build under the names and versions of Debian and Ubuntu, then any build under its plain name.
    private static readonly string[] Names = ["libhdf5_serial.so.103", "libhdf5_serial.so.310", "libhdf5_serial.so", "libhdf5.so.103", "libhdf5.so.310", "libhdf5.so"];
    private static nint library;

    /// <summary>The loaded library; 0 before <see cref="Prepare"/>.</summary>
    public static nint Handle => library;

    /// <summary>H5T_NATIVE_FLOAT.</summary>
    public static nint NativeFloat { get; private set; }

    /// <summary>Loads the library once, without plug-ins of its own, and keeps it from printing its errors on this thread.</summary>
    /// <exception cref="WeightsException">It isn't installed.</exception>
    public static void Prepare()
    {
        lock (Gate)
        {
            if (library == 0)
                Load();
            // A thread-safe build keeps this for each thread.
            _ = H5Eset_auto2(0, 0, 0);
        }
    }

    private static void Load()
    {
        if (!Names.Any(name => NativeLibrary.TryLoad(name, out library)))
            throw new WeightsException("Keras .h5 files need libhdf5, which is not installed here: apt-get install libhdf5-dev, or convert the file to safetensors.");
        NativeLibrary.SetDllImportResolver(typeof(Hdf5).Assembly, (name, _, _) => name == Library ? library : 0);
        _ = H5open();
        _ = H5PLset_loading_state(0);
        NativeFloat = *(nint*)NativeLibrary.GetExport(library, "H5T_NATIVE_FLOAT_g");
    }

    /// <summary>True for a link to an object of the same file by its place; false for a link by name or into another file.</summary>
    public static bool IsHardLink(Hdf5Handle group, string name)
    {
        // H5L_info_t begins with the kind of link; the rest is room enough for every version.
        var info = stackalloc int[32];
        var export = NativeLibrary.TryGetExport(library, "H5Lget_info1", out var newer) ? newer : NativeLibrary.GetExport(library, "H5Lget_info");
        var text = Marshal.StringToCoTaskMemUTF8(name);
        try
        {
            return ((delegate* unmanaged<nint, nint, int*, nint, int>)export)(group.DangerousGetHandle(), text, info, 0) >= 0 && info[0] == 0;
        }
        finally
        {
            Marshal.FreeCoTaskMem(text);
            GC.KeepAlive(group);
        }
    }

    [LibraryImport(Library)] private static partial int H5open();
    [LibraryImport(Library)] private static partial int H5Eset_auto2(nint stack, nint function, nint data);
    [LibraryImport(Library)] private static partial int H5PLset_loading_state(uint mask);
    [LibraryImport(Library)] public static partial int H5Idec_ref(nint id);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] public static partial Hdf5Handle H5Fopen(string name, uint flags, nint access);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] public static partial Hdf5Handle H5Gopen2(Hdf5Handle place, string name, nint access);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] public static partial int H5Lexists(Hdf5Handle place, string name, nint access);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] public static partial int H5Aexists(Hdf5Handle place, string name);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] public static partial Hdf5Handle H5Aopen(Hdf5Handle place, string name, nint access);
    [LibraryImport(Library)] public static partial Hdf5Handle H5Aget_type(Hdf5Handle attribute);
    [LibraryImport(Library)] public static partial Hdf5Handle H5Aget_space(Hdf5Handle attribute);
    [LibraryImport(Library)] public static partial int H5Aread(Hdf5Handle attribute, Hdf5Handle type, void* target);
    [LibraryImport(Library)] public static partial int H5Tget_class(Hdf5Handle type);
    [LibraryImport(Library)] public static partial nuint H5Tget_size(Hdf5Handle type);
    [LibraryImport(Library)] public static partial int H5Tis_variable_str(Hdf5Handle type);
    [LibraryImport(Library)] public static partial int H5Dvlen_reclaim(Hdf5Handle type, Hdf5Handle space, nint transfer, void* buffer);
    [LibraryImport(Library)] public static partial long H5Sget_simple_extent_npoints(Hdf5Handle space);
    [LibraryImport(Library)] public static partial int H5Sget_simple_extent_ndims(Hdf5Handle space);
    [LibraryImport(Library)] public static partial int H5Sget_simple_extent_dims(Hdf5Handle space, ulong* sizes, ulong* most);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] public static partial Hdf5Handle H5Dopen2(Hdf5Handle place, string name, nint access);
    [LibraryImport(Library)] public static partial Hdf5Handle H5Dget_type(Hdf5Handle dataset);
    [LibraryImport(Library)] public static partial Hdf5Handle H5Dget_space(Hdf5Handle dataset);
    [LibraryImport(Library)] public static partial Hdf5Handle H5Dget_create_plist(Hdf5Handle dataset);
    [LibraryImport(Library)] public static partial ulong H5Dget_storage_size(Hdf5Handle dataset);
    [LibraryImport(Library)] public static partial int H5Pget_layout(Hdf5Handle properties);
    [LibraryImport(Library)] public static partial int H5Pget_external_count(Hdf5Handle properties);
    [LibraryImport(Library)] public static partial int H5Dread(Hdf5Handle dataset, nint type, nint memory, nint file, nint transfer, float* target);
}
