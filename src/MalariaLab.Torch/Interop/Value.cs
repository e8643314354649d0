namespace MalariaLab.Torch.Interop;

/// <summary>One argument of an operator: a number, a tensor, a list of either, a device or a generator.</summary>
internal readonly struct Value
{
    private Value(ValueKind kind, long bits, object? reference = null)
    {
        Kind = kind;
        Bits = bits;
        Reference = reference;
    }

    internal ValueKind Kind { get; }
    internal long Bits { get; }
    internal object? Reference { get; }

    internal static Value None => default;
    internal static Value Default => new(ValueKind.Default, 0);

    internal static Value Dtype(ScalarType? type) => type is { } t ? (int)t : None;
    internal static Value Place(Device? device) => device is { } d ? new(ValueKind.Device, d.Packed) : None;
    internal static Value Optional(long? value) => value is { } v ? v : None;
    internal static Value Flags(params bool[] values) => new(ValueKind.Bools, 0, Array.ConvertAll(values, v => v ? 1L : 0L));

    public static implicit operator Value(Tensor? tensor) => tensor is null ? None : new(ValueKind.Tensor, 0, tensor);
    public static implicit operator Value(int value) => new(ValueKind.Int, value);
    public static implicit operator Value(long value) => new(ValueKind.Int, value);
    public static implicit operator Value(double value) => new(ValueKind.Double, BitConverter.DoubleToInt64Bits(value));
    public static implicit operator Value(bool value) => new(ValueKind.Bool, value ? 1 : 0);
    public static implicit operator Value(long[]? values) => values is null ? None : new(ValueKind.Ints, 0, values);
    public static implicit operator Value(double[]? values) => values is null ? None : new(ValueKind.Doubles, 0, values);
    public static implicit operator Value(Tensor[] tensors) => new(ValueKind.Tensors, 0, tensors);
    public static implicit operator Value(string text) => new(ValueKind.String, 0, text);
    public static implicit operator Value(Scalar scalar) =>
        scalar.IsFloatingPoint ? scalar.ToDouble() : new Value(scalar.IsBool ? ValueKind.Bool : ValueKind.Int, scalar.ToInt64());
    public static implicit operator Value(Generator? generator) => generator is null ? None : new(ValueKind.Generator, 0, generator);
}
