using System.Text;
using MalariaLab.Training.Weights.Formats;

namespace MalariaLab.Training.Weights.Keras;

/// <summary>
/// Weights that Keras 1 and 2 saved as HDF5: the root (or its group model_weights) lists layer_names, each layer's group lists weight_names.
/// Tensors are called layer/weight. Links by name or into other files, external and virtual data are refused.
/// </summary>
internal sealed class KerasArchive : WeightsArchive
{
    private const int MostNames = 10_000, MostAxes = 8, LongestName = 512;
    private readonly Hdf5Handle _file;
    private readonly Dictionary<string, string[]> _paths = new(StringComparer.Ordinal);
    private readonly List<WeightsTensor> _tensors = [];

    public KerasArchive(string path, string name) : base(name)
    {
        Hdf5.Prepare();
        lock (Hdf5.Gate)
        {
            _file = Hdf5.H5Fopen(path, flags: 0, access: 0);
            try
            {
                if (_file.IsInvalid)
                    throw Bad("is damaged or cut off: libhdf5 can't open it");
                using var root = Open(Hdf5.H5Lexists(_file, "model_weights", 0) > 0 ? ["model_weights"] : []);
                List(root, Hdf5.H5Lexists(_file, "model_weights", 0) > 0 ? ["model_weights"] : []);
            }
            catch
            {
                _file.Dispose();
                throw;
            }
        }
    }

    public override string Format => "h5";

    public override IReadOnlyList<WeightsTensor> Tensors => _tensors;

    public override unsafe float[] Read(WeightsTensor tensor)
    {
        Hdf5.Prepare();
        lock (Hdf5.Gate)
        {
            using var dataset = OpenDataset(_paths[tensor.Name]);
            var values = new float[tensor.Count];
            fixed (float* target = values)
                if (Hdf5.H5Dread(dataset, Hdf5.NativeFloat, 0, 0, 0, target) < 0)
                    throw Bad($"is damaged: the values of {tensor.Name} can't be read");
            return values;
        }
    }

    protected override void Dispose(bool disposing)
    {
        lock (Hdf5.Gate)
            _file.Dispose();
    }

    private void List(Hdf5Handle root, string[] path)
    {
        var layers = Names(root, "layer_names") ?? throw Bad(
            "is an HDF5 file without layer_names: Keras' .h5 weights have them (Keras 3's .weights.h5 is another format; save as .h5 or safetensors)");
        foreach (var layer in layers)
        {
            string[] group = [.. path, .. Parts(layer)];
            using var handle = Open(group);
            foreach (var weight in Names(handle, "weight_names") ?? [])
                Add($"{layer}/{WithoutOutput(weight)}", [.. group, .. Parts(weight)]);
        }
        if (_tensors.Count == 0)
            throw Bad("holds no weights");
    }

    private void Add(string name, string[] path)
    {
        using var dataset = OpenDataset(path);
        var shape = ShapeOf(dataset, name);
        if (_tensors.Count >= MostNames)
            throw Bad($"holds more than {MostNames} tensors");
        if (!_paths.TryAdd(name, path))
            throw Bad($"lists {name} twice");
        _tensors.Add(new(name, shape));
    }

    private unsafe long[] ShapeOf(Hdf5Handle dataset, string name)
    {
        using var type = Hdf5.H5Dget_type(dataset);
        using var space = Hdf5.H5Dget_space(dataset);
        using var properties = Hdf5.H5Dget_create_plist(dataset);
        if (type.IsInvalid || space.IsInvalid || properties.IsInvalid)
            throw Bad($"is damaged: {name} can't be read");
        if (Hdf5.H5Pget_layout(properties) == Hdf5.VirtualLayout || Hdf5.H5Pget_external_count(properties) != 0)
            throw Bad($"keeps the values of {name} in another file, which isn't read here");
        if (Hdf5.H5Tget_class(type) != Hdf5.FloatClass)
            throw Bad($"holds {name}, which is no array of real numbers");
        var axes = Hdf5.H5Sget_simple_extent_ndims(space);
        if (axes is < 0 or > MostAxes)
            throw Bad($"holds {name} with {axes} axes; at most {MostAxes} are read");
        var sizes = stackalloc ulong[MostAxes];
        _ = Hdf5.H5Sget_simple_extent_dims(space, sizes, null);
        var shape = new long[axes];
        Int128 count = 1;
        for (var axis = 0; axis < axes; axis++)
        {
            count *= sizes[axis];
            shape[axis] = count <= LargestTensor ? (long)sizes[axis] : throw Bad($"holds {name} of more than {LargestTensor} values");
        }
        // What was never written has no storage; it would be read as zeros of any size.
        if (count > 0 && Hdf5.H5Dget_storage_size(dataset) == 0)
            throw Bad($"lists {name} but holds no values for it");
        return shape;
    }

    private Hdf5Handle Open(string[] path)
    {
        var place = Hdf5.H5Gopen2(_file, "/", 0);
        foreach (var part in path)
            using (var parent = place)
                place = Hdf5.IsHardLink(parent, part) ? Hdf5.H5Gopen2(parent, part, 0) : throw NoOwn(path);
        return place.IsInvalid ? throw Bad($"is damaged: {string.Join('/', path)} is no group") : place;
    }

    private Hdf5Handle OpenDataset(string[] path)
    {
        using var parent = Open(path[..^1]);
        if (!Hdf5.IsHardLink(parent, path[^1]))
            throw NoOwn(path);
        var dataset = Hdf5.H5Dopen2(parent, path[^1], 0);
        return dataset.IsInvalid ? throw Bad($"is damaged: {string.Join('/', path)} is no array") : dataset;
    }

    private WeightsException NoOwn(string[] path) => Bad($"lists {string.Join('/', path)}, which is not there or is a link; links aren't followed");

    /// <summary>A list of names; Keras cuts long ones into name0, name1, ….</summary>
    private List<string>? Names(Hdf5Handle place, string attribute)
    {
        if (Hdf5.H5Aexists(place, attribute) > 0)
            return Strings(place, attribute);
        var names = new List<string>();
        for (var part = 0; Hdf5.H5Aexists(place, $"{attribute}{part}") > 0 && names.Count <= MostNames; part++)
            names.AddRange(Strings(place, $"{attribute}{part}"));
        return names.Count > 0 ? names : null;
    }

    private unsafe List<string> Strings(Hdf5Handle place, string name)
    {
        using var attribute = Hdf5.H5Aopen(place, name, 0);
        using var type = Hdf5.H5Aget_type(attribute);
        using var space = Hdf5.H5Aget_space(attribute);
        if (type.IsInvalid || space.IsInvalid)
            throw Bad($"is damaged: {name} can't be read");
        var count = Hdf5.H5Sget_simple_extent_npoints(space);
        var size = (long)Hdf5.H5Tget_size(type);
        // An empty list is written as real numbers.
        if (count == 0)
            return [];
        if (Hdf5.H5Tget_class(type) != Hdf5.StringClass || count is < 0 or > MostNames || size is < 1 or > LongestName)
            throw Bad($"is damaged: {name} is no list of names");
        var isVariable = Hdf5.H5Tis_variable_str(type) > 0;
        var bytes = new byte[count * size];
        fixed (byte* buffer = bytes)
        {
            if (Hdf5.H5Aread(attribute, type, buffer) < 0)
                throw Bad($"is damaged: {name} can't be read");
            var names = new List<string>();
            for (var i = 0; i < count; i++)
                names.Add(Text(isVariable ? ((byte**)buffer)[i] : buffer + i * size, isVariable ? LongestName : (int)size));
            if (isVariable)
                _ = Hdf5.H5Dvlen_reclaim(type, space, 0, buffer);
            return names;
        }
    }

    private static unsafe string Text(byte* start, int longest)
    {
        var length = 0;
        while (start != null && length < longest && start[length] != 0)
            length++;
        return Encoding.UTF8.GetString(start, length);
    }

    private string[] Parts(string name)
    {
        var parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts.Length > 0 && !parts.Contains(".") ? parts : throw Bad($"lists the impossible name \"{name}\"");
    }

    // Keras 2 ends names with the output of a TensorFlow graph.
    private static string WithoutOutput(string name) => name.EndsWith(":0", StringComparison.Ordinal) ? name[..^2] : name;
}
