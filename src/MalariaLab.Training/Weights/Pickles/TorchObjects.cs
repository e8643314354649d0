using MalariaLab.Torch;

namespace MalariaLab.Training.Weights.Pickles;

/// <summary>The closed world of a .pth file: which names it may use, and what calling them gives. All of it is bookkeeping; nothing is looked up or run.</summary>
internal static class TorchObjects
{
    private const string OrderedDictionary = "collections.OrderedDict", RebuildTensor = "torch._utils._rebuild_tensor", RebuildTensor2 = "torch._utils._rebuild_tensor_v2";
    private const string RebuildParameter = "torch._utils._rebuild_parameter", Parameter = "torch.nn.parameter.Parameter";
    private const int MostAxes = 8;

    private static readonly Dictionary<string, PickleGlobal> Globals = new PickleGlobal[]
    {
        new(OrderedDictionary), new(RebuildTensor), new(RebuildTensor2), new(RebuildParameter), new(Parameter),
        new("torch.FloatStorage", ScalarType.Float32), new("torch.DoubleStorage", ScalarType.Float64), new("torch.HalfStorage", ScalarType.Float16),
        new("torch.BFloat16Storage", ScalarType.BFloat16), new("torch.LongStorage", ScalarType.Int64), new("torch.IntStorage", ScalarType.Int32),
        new("torch.ShortStorage", ScalarType.Int16), new("torch.CharStorage", ScalarType.Int8), new("torch.ByteStorage", ScalarType.Byte),
        new("torch.BoolStorage", ScalarType.Bool),
    }.ToDictionary(global => global.Name);

    /// <summary>The object behind a name, if it is one of the allowed.</summary>
    public static PickleGlobal Find(string module, string name) => Globals.GetValueOrDefault($"{module}.{name}")
        ?? throw new PickleException($"refers to {module}.{name}, which tensors don't need; "
            + "such a file may run programs and is not read: save model.state_dict() alone, or as safetensors");

    /// <summary>What a call gives.</summary>
    public static object Call(object? callee, object? arguments)
    {
        var items = (arguments as PickleTuple)?.Items ?? throw new PickleException("calls something without a list of arguments");
        return (callee as PickleGlobal)?.Name switch
        {
            OrderedDictionary => NewDictionary(items),
            RebuildTensor when items.Length == 4 => Tensor(items),
            RebuildTensor2 when items.Length is 6 or 7 => Tensor(items),
            RebuildParameter when items is [TorchTensor tensor, ..] => new TorchParameter { Data = tensor },
            Parameter when items.Length is 0 or 1 or 2 => new TorchParameter { Data = items.FirstOrDefault() as TorchTensor },
            _ => throw new PickleException("makes an object in a way that tensors don't need"),
        };
    }

    /// <summary>Gives an object its state; what is no tensor is of no interest.</summary>
    public static void SetState(object? target, object? state)
    {
        if (target is TorchParameter { Data: null } parameter && state is PickleTuple { Items: [TorchTensor tensor, ..] })
            parameter.Data = tensor;
        else if (target is not (TorchParameter or PickleDictionary))
            throw new PickleException("sets the state of an object that has none");
    }

    /// <summary>The storage that a persistent id names: ("storage", type, key, place, count[, view]).</summary>
    public static TorchStorage Storage(object? id)
    {
        if (id is not PickleTuple { Items: ["storage", PickleGlobal { Storage: { } type }, string key, string, long count, .. var rest] } || count < 0 || rest.Length > 1)
            throw new PickleException("names a storage in an unknown way");
        return rest is [PickleTuple { Items: [string, long start, long length] }]
            ? start >= 0 && length >= 0 && start <= count - length ? new(key, type, start, length) : throw new PickleException("has a view beyond the end of its storage")
            : new(key, type, 0, count);
    }

    private static PickleDictionary NewDictionary(object?[] arguments)
    {
        var dictionary = new PickleDictionary();
        // Python 2 writes the pairs as the only argument.
        foreach (var pair in arguments is [List<object?> pairs] ? pairs : [])
            dictionary.Pairs.Add(pair switch
            {
                List<object?> and [var key, var value] => (key, value),
                PickleTuple { Items: [var key, var value] } => (key, value),
                _ => throw new PickleException("fills a dictionary with something other than pairs"),
            });
        return dictionary;
    }

    private static TorchTensor Tensor(object?[] items)
    {
        if (items is not [TorchStorage storage, long offset, PickleTuple sizes, PickleTuple strides, ..])
            throw new PickleException("makes a tensor of something other than a storage, an offset, sizes and strides");
        var tensor = new TorchTensor(storage, offset, Whole(sizes), Whole(strides));
        if (tensor.Shape.Length != tensor.Strides.Length || tensor.Shape.Length > MostAxes || offset < 0)
            throw new PickleException("has a tensor whose sizes and strides don't fit together");
        var (count, last) = ((Int128)1, (Int128)offset);
        foreach (var (size, stride) in tensor.Shape.Zip(tensor.Strides))
        {
            if (size < 0 || stride < 0)
                throw new PickleException("has a tensor with negative sizes or strides");
            (count, last) = (count * size, last + (Int128)Math.Max(size - 1, 0) * stride);
            if (count > storage.Count)
                throw new PickleException("has a tensor that is larger than its storage");
        }
        if (count > 0 && last >= storage.Count)
            throw new PickleException("has a tensor that reaches beyond the end of its storage");
        return tensor;
    }

    private static long[] Whole(PickleTuple tuple) =>
        Array.ConvertAll(tuple.Items, item => item is long value ? value : throw new PickleException("has a size or stride that is no whole number"));
}
