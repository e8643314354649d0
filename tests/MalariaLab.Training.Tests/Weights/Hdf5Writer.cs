using System.Runtime.InteropServices;
using System.Text;
using MalariaLab.Training.Weights.Keras;

namespace MalariaLab.Training.Tests.Weights;

/// <summary>Writes small HDF5 files in Keras' manner, good and bad, with the same library that reads them.</summary>
internal sealed unsafe partial class Hdf5Writer : IDisposable
{
    private const string Library = "hdf5";
    private readonly nint _file;

    static Hdf5Writer()
    {
        Hdf5.Prepare();
        NativeLibrary.SetDllImportResolver(typeof(Hdf5Writer).Assembly, (name, _, _) => name == Library ? Hdf5.Handle : 0);
    }

    public Hdf5Writer(string path)
    {
        // The library knows no threads, and readers in other tests use it too.
        Monitor.Enter(Hdf5.Gate);
        _ = H5open();
        _file = H5Fcreate(path, flags: 2, 0, 0);
    }

    /// <summary>A group with a list of names.</summary>
    public void Group(string path, string attribute, params string[] names)
    {
        var group = path == "/" ? H5Gopen2(_file, path, 0) : H5Gcreate2(_file, path, 0, 0, 0);
        var type = H5Tcopy(Global("H5T_C_S1_g"));
        _ = H5Tset_size(type, 64);
        var count = (ulong)names.Length;
        var space = H5Screate_simple(1, &count, null);
        var list = H5Acreate2(group, attribute, type, space, 0, 0);
        var bytes = new byte[64 * names.Length];
        for (var i = 0; i < names.Length; i++)
            Encoding.ASCII.GetBytes(names[i], bytes.AsSpan(64 * i));
        fixed (byte* data = bytes)
            _ = H5Awrite(list, type, data);
        foreach (var id in new[] { list, space, type, group })
            _ = H5Idec_ref(id);
    }

    /// <summary>An array of real numbers; kept in another file where one is named, and without values where there are none.</summary>
    public void Array(string path, ulong[] shape, float[]? values, string? elsewhere = null)
    {
        fixed (ulong* sizes = shape)
        {
            var space = H5Screate_simple(shape.Length, sizes, null);
            var properties = H5Pcreate(Global("H5P_CLS_DATASET_CREATE_ID_g"));
            if (elsewhere is not null)
                _ = H5Pset_external(properties, elsewhere, 0, shape.Aggregate(4UL, (product, side) => product * side));
            var type = Global("H5T_NATIVE_FLOAT_g");
            var dataset = H5Dcreate2(_file, path, type, space, 0, properties, 0);
            fixed (float* data = values)
                if (values is not null)
                    _ = H5Dwrite(dataset, type, 0, 0, 0, data);
            foreach (var id in new[] { dataset, properties, space })
                _ = H5Idec_ref(id);
        }
    }

    /// <summary>A link by name.</summary>
    public void SoftLink(string target, string path) => _ = H5Lcreate_soft(target, _file, path, 0, 0);

    /// <summary>A link into another file.</summary>
    public void ExternalLink(string file, string target, string path) => _ = H5Lcreate_external(file, target, _file, path, 0, 0);

    public void Dispose()
    {
        _ = H5Idec_ref(_file);
        Monitor.Exit(Hdf5.Gate);
    }

    private static nint Global(string name) => *(nint*)NativeLibrary.GetExport(Hdf5.Handle, name);

    [LibraryImport(Library)] private static partial int H5open();
    [LibraryImport(Library)] private static partial int H5Idec_ref(nint id);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] private static partial nint H5Fcreate(string name, uint flags, nint create, nint access);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] private static partial nint H5Gopen2(nint place, string name, nint access);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] private static partial nint H5Gcreate2(nint place, string name, nint links, nint create, nint access);
    [LibraryImport(Library)] private static partial nint H5Tcopy(nint type);
    [LibraryImport(Library)] private static partial int H5Tset_size(nint type, nuint size);
    [LibraryImport(Library)] private static partial nint H5Screate_simple(int rank, ulong* sizes, ulong* most);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint H5Acreate2(nint place, string name, nint type, nint space, nint create, nint access);
    [LibraryImport(Library)] private static partial int H5Awrite(nint attribute, nint type, byte* data);
    [LibraryImport(Library)] private static partial nint H5Pcreate(nint kind);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] private static partial int H5Pset_external(nint properties, string file, nint offset, ulong size);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint H5Dcreate2(nint place, string name, nint type, nint space, nint links, nint create, nint access);
    [LibraryImport(Library)] private static partial int H5Dwrite(nint dataset, nint type, nint memory, nint file, nint transfer, float* data);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int H5Lcreate_soft(string target, nint place, string name, nint create, nint access);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int H5Lcreate_external(string file, string target, nint place, string name, nint create, nint access);
}
