using MalariaLab.Torch.Interop;

namespace MalariaLab.Torch;

public static partial class torch
{
    private static readonly Operator ArangeStartStepOp = new("aten::arange", "start_step");
    private static readonly Operator EmptyLikeOp = new("aten::empty_like");
    private static readonly Operator EmptyMemoryFormatOp = new("aten::empty", "memory_format");
    private static readonly Operator EyeOp = new("aten::eye");
    private static readonly Operator FullOp = new("aten::full");
    private static readonly Operator LinspaceOp = new("aten::linspace");
    private static readonly Operator OnesLikeOp = new("aten::ones_like");
    private static readonly Operator OnesOp = new("aten::ones");
    private static readonly Operator RandGeneratorOp = new("aten::rand", "generator");
    private static readonly Operator RandOp = new("aten::rand");
    private static readonly Operator RandintLowOp = new("aten::randint", "low");
    private static readonly Operator RandnGeneratorOp = new("aten::randn", "generator");
    private static readonly Operator RandnOp = new("aten::randn");
    private static readonly Operator RandpermGeneratorOp = new("aten::randperm", "generator");
    private static readonly Operator RandpermOp = new("aten::randperm");
    private static readonly Operator ZerosLikeOp = new("aten::zeros_like");
    private static readonly Operator ZerosOp = new("aten::zeros");

    /// <summary>All 0.</summary>
    public static Tensor zeros(long[] size, ScalarType? dtype = null, Device? device = null) =>
        ZerosOp.Call(size, Value.Dtype(dtype), Value.None, Value.Place(device));
    /// <summary>All 1.</summary>
    public static Tensor ones(long[] size, ScalarType? dtype = null, Device? device = null) =>
        OnesOp.Call(size, Value.Dtype(dtype), Value.None, Value.Place(device));
    /// <summary>Memory as it is.</summary>
    public static Tensor empty(long[] size, ScalarType? dtype = null, Device? device = null, bool pin_memory = false, MemoryFormat memory_format = MemoryFormat.Contiguous) =>
        EmptyMemoryFormatOp.Call(size, Value.Dtype(dtype), Value.None, Value.Place(device), pin_memory ? true : Value.None, (int)memory_format);
    /// <summary>Uniform from 0 to 1.</summary>
    public static Tensor rand(long[] size, ScalarType? dtype = null, Device? device = null, Generator? generator = null) =>
        generator is null
            ? RandOp.Call(size, Value.Dtype(dtype), Value.None, Value.Place(device))
            : RandGeneratorOp.Call(size, generator, Value.Dtype(dtype), Value.None, Value.Place(device));
    /// <summary>Standard normal.</summary>
    public static Tensor randn(long[] size, ScalarType? dtype = null, Device? device = null, Generator? generator = null) =>
        generator is null
            ? RandnOp.Call(size, Value.Dtype(dtype), Value.None, Value.Place(device))
            : RandnGeneratorOp.Call(size, generator, Value.Dtype(dtype), Value.None, Value.Place(device));
    /// <summary>All 0, in the shape, type, place and memory order of another.</summary>
    public static Tensor zeros_like(Tensor other, ScalarType? dtype = null, Device? device = null) =>
        ZerosLikeOp.Call(other, Value.Dtype(dtype), Value.None, Value.Place(device));
    /// <summary>All 1, in the shape, type, place and memory order of another.</summary>
    public static Tensor ones_like(Tensor other, ScalarType? dtype = null, Device? device = null) =>
        OnesLikeOp.Call(other, Value.Dtype(dtype), Value.None, Value.Place(device));
    /// <summary>Memory as it is, in the shape, type, place and memory order of another.</summary>
    public static Tensor empty_like(Tensor other, ScalarType? dtype = null, Device? device = null) =>
        EmptyLikeOp.Call(other, Value.Dtype(dtype), Value.None, Value.Place(device));
    /// <summary>All one value.</summary>
    public static Tensor full(long[] size, Scalar value, ScalarType? dtype = null, Device? device = null) =>
        FullOp.Call(size, value, Value.Dtype(dtype), Value.None, Value.Place(device));
    /// <summary>From start up to but not stop.</summary>
    public static Tensor arange(Scalar start, Scalar stop, Scalar? step = null, ScalarType? dtype = null, Device? device = null) =>
        ArangeStartStepOp.Call(start, stop, step ?? 1, Value.Dtype(dtype), Value.None, Value.Place(device));
    /// <summary>From 0 up to but not stop.</summary>
    public static Tensor arange(Scalar stop, ScalarType? dtype = null, Device? device = null) => arange(0, stop, null, dtype, device);
    /// <summary>Evenly spaced, both ends included.</summary>
    public static Tensor linspace(Scalar start, Scalar end, long steps, ScalarType? dtype = null, Device? device = null) =>
        LinspaceOp.Call(start, end, steps, Value.Dtype(dtype), Value.None, Value.Place(device));
    /// <summary>Whole numbers from low up to but not high.</summary>
    public static Tensor randint(long low, long high, long[] size, ScalarType? dtype = null, Device? device = null) =>
        RandintLowOp.Call(low, high, size, (int)(dtype ?? ScalarType.Int64), Value.None, Value.Place(device));
    /// <summary>0 to n-1 in random order.</summary>
    public static Tensor randperm(long n, Generator? generator = null, Device? device = null) => generator is null
        ? RandpermOp.Call(n, (int)ScalarType.Int64, Value.None, Value.Place(device))
        : RandpermGeneratorOp.Call(n, generator, (int)ScalarType.Int64, Value.None, Value.Place(device));
    /// <summary>The unit matrix.</summary>
    public static Tensor eye(long n, ScalarType? dtype = null, Device? device = null) =>
        EyeOp.Call(n, Value.Dtype(dtype), Value.None, Value.Place(device));
    /// <summary>A copy of the values, on the CPU.</summary>
    public static unsafe Tensor tensor<T>(ReadOnlySpan<T> values, ReadOnlySpan<long> shape) where T : unmanaged
    {
        long count = 1;
        foreach (var size in shape)
            count *= size;
        if (count != values.Length)
            throw new ArgumentException($"{values.Length} values don't fill a tensor of {count} elements.");
        fixed (T* data = values)
        fixed (long* sizes = shape)
        {
            Native.Check(Native.mlt_tensor_copy_in(data, sizes, shape.Length, (int)ScalarTypes.Of<T>(), out var result));
            return new Tensor(result);
        }
    }
    /// <summary>A copy of the values along one axis, or in a shape, on the CPU.</summary>
    public static Tensor tensor<T>(T[] values, long[]? shape = null) where T : unmanaged =>
        tensor<T>(values.AsSpan(), shape ?? [values.Length]);
    /// <summary>One value without axes, on the CPU.</summary>
    public static Tensor tensor<T>(T value) where T : unmanaged => tensor<T>([value], ReadOnlySpan<long>.Empty);
    /// <summary>A view of memory that the caller keeps alive and in place for as long as any tensor sees it.</summary>
    public static unsafe Tensor from_blob(void* data, long[] shape, ScalarType dtype)
    {
        fixed (long* sizes = shape)
        {
            Native.Check(Native.mlt_tensor_wrap(data, sizes, shape.Length, (int)dtype, out var result));
            return new Tensor(result);
        }
    }
}
