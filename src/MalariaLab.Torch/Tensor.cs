using System.Globalization;
using MalariaLab.Torch.Interop;

namespace MalariaLab.Torch;

/// <summary>
/// A LibTorch tensor. It belongs to the innermost <see cref="DisposeScope"/> of the thread that made it; without one its
/// holder disposes it. Operations have LibTorch's names; those that end in an underscore change the tensor and give it back.
/// </summary>
public sealed unsafe partial class Tensor : IDisposable
{
    internal Tensor(nint handle)
    {
        Handle = new TensorHandle(handle);
        DisposeScope.Current?.Add(this);
    }

    internal TensorHandle Handle { get; }
    internal DisposeScope? Scope { get; set; }
    internal Tensor? NextInScope { get; set; }
    internal Tensor? PreviousInScope { get; set; }

    /// <summary>Handles to tensors that are alive in this process.</summary>
    public static long TotalCount => Native.mlt_live_tensors();

    /// <summary>Whether <see cref="Dispose"/> was called.</summary>
    public bool IsDisposed => Handle.IsClosed;

    /// <summary>Length of every axis.</summary>
    public long[] shape
    {
        get
        {
            var sizes = new long[dim()];
            fixed (long* p = sizes)
                Native.mlt_tensor_sizes(Handle, p);
            return sizes;
        }
    }

    /// <summary>Steps in elements from one entry of an axis to the next.</summary>
    public long[] stride()
    {
        var strides = new long[dim()];
        fixed (long* p = strides)
            Native.Check(Native.mlt_tensor_strides(Handle, p));
        return strides;
    }

    /// <summary>Number of axes.</summary>
    public int dim() => Native.mlt_tensor_dims(Handle);

    /// <summary>Length of one axis; -1 is the last.</summary>
    public long size(int axis)
    {
        var sizes = shape;
        return sizes[axis < 0 ? axis + sizes.Length : axis];
    }

    /// <summary>Number of elements.</summary>
    public long numel() => Native.mlt_tensor_numel(Handle);

    /// <summary>Number of elements.</summary>
    public long NumberOfElements => numel();

    /// <summary>Type of the elements.</summary>
    public ScalarType dtype => (ScalarType)Native.mlt_tensor_dtype(Handle);

    /// <summary>Where the elements are.</summary>
    public Device device => Device.Unpack(Native.mlt_tensor_device(Handle));

    /// <summary>Whether the elements lie densely in this order.</summary>
    public bool is_contiguous(MemoryFormat memory_format = MemoryFormat.Contiguous)
    {
        Native.Check(Native.mlt_tensor_is_contiguous(Handle, (int)memory_format, out var result));
        return result != 0;
    }

    /// <summary>Whether backward adds to <see cref="grad"/>, or passes through this tensor.</summary>
    public bool requires_grad
    {
        get => Native.mlt_tensor_requires_grad(Handle) != 0;
        set => Native.Check(Native.mlt_tensor_set_requires_grad(Handle, value ? 1 : 0));
    }

    /// <summary>Sets <see cref="requires_grad"/>.</summary>
    public Tensor requires_grad_(bool value = true)
    {
        requires_grad = value;
        return this;
    }

    /// <summary>Whether no recorded operation made it.</summary>
    public bool is_leaf => Native.mlt_tensor_is_leaf(Handle) != 0;

    /// <summary>
    /// The gradient; null before the first backward. Backward adds to a gradient that is there in place, so one that is a
    /// view of a flat buffer stays it.
    /// </summary>
    public Tensor? grad
    {
        get
        {
            Native.Check(Native.mlt_tensor_grad(Handle, out var result));
            return result == 0 ? null : new Tensor(result);
        }
        set
        {
            Native.Check(Native.mlt_tensor_set_grad(Handle, value?.Handle.DangerousGetHandle() ?? 0));
            GC.KeepAlive(value);
        }
    }

    /// <summary>Adds the gradients of this tensor to all leaves that it was computed from.</summary>
    public void backward(Tensor? gradient = null, bool retain_graph = false)
    {
        Native.Check(Native.mlt_backward(Handle, gradient?.Handle.DangerousGetHandle() ?? 0, retain_graph ? 1 : 0));
        GC.KeepAlive(gradient);
    }

    /// <summary>Another handle to this very tensor, for a holder in another scope.</summary>
    public Tensor alias()
    {
        Native.Check(Native.mlt_tensor_alias(Handle, out var result));
        return new Tensor(result);
    }

    /// <summary>
    /// The elements themselves, in memory order, for a dense tensor on the CPU (row-major or channels-last). The span is good as
    /// long as the tensor is alive.
    /// </summary>
    public Span<T> data<T>() where T : unmanaged
    {
        if (ScalarTypes.Of<T>() != dtype)
            throw new ArgumentException($"A tensor of {dtype} has no elements of type {typeof(T).Name}.");
        if (!is_contiguous() && !(dim() == 4 && is_contiguous(MemoryFormat.ChannelsLast)))
            throw new InvalidOperationException("The elements don't lie densely: take contiguous() first.");
        return new Span<T>(data_ptr(), checked((int)numel()));
    }

    /// <summary>Address of the first element of a tensor on the CPU.</summary>
    public void* data_ptr()
    {
        Native.Check(Native.mlt_tensor_data(Handle, out var pointer));
        return pointer;
    }

    /// <summary>Copies the elements, row-major, from any device and any strides.</summary>
    public void CopyTo<T>(Span<T> destination) where T : unmanaged
    {
        if (ScalarTypes.Of<T>() != dtype)
            throw new ArgumentException($"A tensor of {dtype} has no elements of type {typeof(T).Name}.");
        fixed (T* p = destination)
            Native.Check(Native.mlt_tensor_copy_out(Handle, p, (long)destination.Length * sizeof(T)));
    }

    /// <summary>The elements, row-major.</summary>
    public T[] ToArray<T>() where T : unmanaged
    {
        var values = new T[numel()];
        CopyTo<T>(values);
        return values;
    }

    /// <summary>The one element of a tensor that has one, converted; on a GPU this waits for it.</summary>
    public T item<T>() where T : unmanaged, System.Numerics.INumber<T>
    {
        Native.Check(Native.mlt_tensor_item(Handle, out var real, out var integer));
        return dtype.IsFloatingPoint() ? T.CreateTruncating(real) : T.CreateTruncating(integer);
    }

    /// <summary>Takes the tensor out of its scope: its holder disposes it.</summary>
    public Tensor DetachFromDisposeScope()
    {
        Scope?.Remove(this);
        return this;
    }

    /// <summary>Hands the tensor to the scope around the one it is in.</summary>
    public Tensor MoveToOuterDisposeScope() => Scope is { } scope ? scope.MoveToOuter(this) : this;

    /// <summary>Frees the handle; the memory goes when its last handle does.</summary>
    public void Dispose()
    {
        Scope?.Remove(this);
        Handle.Dispose();
    }

    /// <summary>Type, shape and device.</summary>
    public override string ToString() => IsDisposed
        ? "disposed tensor"
        : $"{dtype}[{string.Join(", ", shape.Select(s => s.ToString(CultureInfo.InvariantCulture)))}] {device}";
}
