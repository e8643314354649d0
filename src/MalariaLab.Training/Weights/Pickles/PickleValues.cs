using MalariaLab.Torch;

namespace MalariaLab.Training.Weights.Pickles;

/// <summary>A Python tuple.</summary>
internal sealed class PickleTuple(object?[] items)
{
    public object?[] Items => items;
}

/// <summary>A Python dictionary with its pairs as they were set.</summary>
internal sealed class PickleDictionary
{
    public List<(object? Key, object? Value)> Pairs { get; } = [];

    /// <summary>Value of a text key, or null.</summary>
    public object? this[string key] => Pairs.LastOrDefault(pair => pair.Key is string text && text == key).Value;
}

/// <summary>One of the few names that a pickle may refer to.</summary>
internal sealed record PickleGlobal(string Name, ScalarType? Storage = null);

/// <summary>Elements of a .pth file that tensors look at.</summary>
/// <param name="Key">Name of their record in the file.</param>
/// <param name="Type">Type of the elements.</param>
/// <param name="Start">First element within the record.</param>
/// <param name="Count">Number of elements.</param>
internal sealed record TorchStorage(string Key, ScalarType Type, long Start, long Count);

/// <summary>A view of a storage: element (i, j, …) lies at <paramref name="Offset"/> + i·stride₀ + j·stride₁ + …</summary>
internal sealed record TorchTensor(TorchStorage Storage, long Offset, long[] Shape, long[] Strides);

/// <summary>What old versions of PyTorch wrap a tensor in.</summary>
internal sealed class TorchParameter
{
    public TorchTensor? Data { get; set; }
}
