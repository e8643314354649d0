using MalariaLab.Training.Weights.Pickles;

namespace MalariaLab.Training.Weights.Formats;

/// <summary>A state dictionary that torch.save wrote, in either of its file formats.</summary>
internal abstract class TorchArchive(string name) : WeightsArchive(name)
{
    private static readonly string[] Wrappers = ["state_dict", "model_state_dict", "model"];
    // What DataParallel puts before the names of the network that it wraps.
    private const string ParallelPrefix = "module.";
    private readonly Dictionary<string, TorchTensor> _tensors = new(StringComparer.Ordinal);
    private IReadOnlyList<WeightsTensor> _list = [];

    public sealed override string Format => "pth";

    public sealed override IReadOnlyList<WeightsTensor> Tensors => _list;

    public sealed override float[] Read(WeightsTensor tensor)
    {
        var view = _tensors[tensor.Name];
        if (tensor.Count == 0)
            return [];
        var span = 1 + view.Shape.Zip(view.Strides).Sum(axis => (axis.First - 1) * axis.Second);
        if (span > LargestTensor)
            throw Bad($"holds the tensor {tensor.Name} over {span} values; at most {LargestTensor} are read");
        float[] stored;
        try
        {
            using var stream = OpenStorage(view.Storage, view.Storage.Start + view.Offset, span);
            // Only now, when the file has shown that it is as long as it claims.
            stored = new float[span];
            Elements.Read(stream, view.Storage.Type, stored);
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            throw Bad($"ends before the tensor {tensor.Name}, it may be cut off");
        }
        return IsDense(view) ? stored : Gather(stored, view, tensor.Count);
    }

    /// <summary>A stream that stands at an element of a storage that has <paramref name="count"/> more.</summary>
    protected abstract Stream OpenStorage(TorchStorage storage, long first, long count);

    /// <summary>Reads a pickle with this file's name in refusals.</summary>
    protected object? ReadPickle(Stream stream, long length, ICollection<TorchStorage>? storages = null)
    {
        try
        {
            return PickleReader.Read(stream, length, storages);
        }
        catch (PickleException e)
        {
            throw Bad(e.Message);
        }
        catch (EndOfStreamException)
        {
            throw Bad("is cut off");
        }
    }

    /// <summary>Takes the tensors of the object that was saved.</summary>
    protected void Take(object? saved)
    {
        var dictionary = saved as PickleDictionary ?? throw Bad("holds no dictionary of tensors: save model.state_dict()");
        var states = Wrappers.Select(key => dictionary[key]).OfType<PickleDictionary>().FirstOrDefault() ?? dictionary;
        foreach (var (key, value) in states.Pairs)
            if (key is string name && (value as TorchTensor ?? (value as TorchParameter)?.Data) is { } tensor)
                _tensors[name.StartsWith(ParallelPrefix, StringComparison.Ordinal) ? name[ParallelPrefix.Length..] : name] = tensor;
        if (_tensors.Count == 0)
            throw Bad("holds no tensors by name: save model.state_dict()");
        _list = [.. _tensors.Select(pair => new WeightsTensor(pair.Key, pair.Value.Shape))];
    }

    private static bool IsDense(TorchTensor view)
    {
        var expected = 1L;
        for (var axis = view.Shape.Length - 1; axis >= 0; axis--)
        {
            if (view.Shape[axis] != 1 && view.Strides[axis] != expected)
                return false;
            expected *= view.Shape[axis];
        }
        return true;
    }

    private static float[] Gather(float[] stored, TorchTensor view, long count)
    {
        var values = new float[count];
        var index = new long[view.Shape.Length];
        long at = 0;
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = stored[at];
            for (var axis = index.Length - 1; axis >= 0; axis--)
            {
                at += view.Strides[axis];
                if (++index[axis] < view.Shape[axis])
                    break;
                at -= view.Strides[axis] * index[axis];
                index[axis] = 0;
            }
        }
        return values;
    }
}
