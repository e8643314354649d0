using MalariaLab.Torch.Interop;

namespace MalariaLab.Torch;

public sealed partial class Tensor
{
    private static readonly Operator AsStridedOp = new("aten::as_strided");
    private static readonly Operator ChunkOp = new("aten::chunk");
    private static readonly Operator ContiguousOp = new("aten::contiguous");
    private static readonly Operator ExpandOp = new("aten::expand");
    private static readonly Operator FlattenUsingIntsOp = new("aten::flatten", "using_ints");
    private static readonly Operator FlipOp = new("aten::flip");
    private static readonly Operator GatherOp = new("aten::gather");
    private static readonly Operator IndexAddInPlaceOp = new("aten::index_add_");
    private static readonly Operator IndexCopyInPlaceOp = new("aten::index_copy_");
    private static readonly Operator IndexSelectOp = new("aten::index_select");
    private static readonly Operator NarrowOp = new("aten::narrow");
    private static readonly Operator PermuteOp = new("aten::permute");
    private static readonly Operator RepeatOp = new("aten::repeat");
    private static readonly Operator ReshapeOp = new("aten::reshape");
    private static readonly Operator RollOp = new("aten::roll");
    private static readonly Operator Rot90Op = new("aten::rot90");
    private static readonly Operator ScatterInPlaceValueOp = new("aten::scatter_", "value");
    private static readonly Operator SelectIntOp = new("aten::select", "int");
    private static readonly Operator SliceTensorOp = new("aten::slice", "Tensor");
    private static readonly Operator SplitTensorOp = new("aten::split", "Tensor");
    private static readonly Operator SqueezeDimOp = new("aten::squeeze", "dim");
    private static readonly Operator SqueezeOp = new("aten::squeeze");
    private static readonly Operator TOp = new("aten::t");
    private static readonly Operator TransposeIntOp = new("aten::transpose", "int");
    private static readonly Operator UnbindIntOp = new("aten::unbind", "int");
    private static readonly Operator UnsqueezeOp = new("aten::unsqueeze");
    private static readonly Operator ViewAsOp = new("aten::view_as");
    private static readonly Operator ViewDtypeOp = new("aten::view", "dtype");
    private static readonly Operator ViewOp = new("aten::view");

    /// <summary>Another shape over the same memory.</summary>
    public Tensor view(params long[] shape) => ViewOp.Call(this, shape);
    /// <summary>Another shape, copied where the memory does not allow a view.</summary>
    public Tensor reshape(params long[] shape) => ReshapeOp.Call(this, shape);
    /// <summary>Axes in another order.</summary>
    public Tensor permute(params long[] dims) => PermuteOp.Call(this, dims);
    /// <summary>Axes reversed.</summary>
    public Tensor flip(params long[] dims) => FlipOp.Call(this, dims);
    /// <summary>Axes of length 1 repeated without copying.</summary>
    public Tensor expand(params long[] shape) => ExpandOp.Call(this, shape);
    /// <summary>Copies side by side.</summary>
    public Tensor repeat(params long[] shape) => RepeatOp.Call(this, shape);
    /// <summary>Two axes exchanged.</summary>
    public Tensor transpose(long dim0, long dim1) => TransposeIntOp.Call(this, dim0, dim1);
    /// <summary>A matrix transposed.</summary>
    public Tensor t() => TOp.Call(this);
    /// <summary>Axes merged into one.</summary>
    public Tensor flatten(long start_dim = 0, long end_dim = -1) => FlattenUsingIntsOp.Call(this, start_dim, end_dim);
    /// <summary>Axes of length 1 dropped: one, or all.</summary>
    public Tensor squeeze(long? dim = null) => dim is { } d ? SqueezeDimOp.Call(this, d) : SqueezeOp.Call(this);
    /// <summary>An axis of length 1 put in.</summary>
    public Tensor unsqueeze(long dim) => UnsqueezeOp.Call(this, dim);
    /// <summary>A range of an axis, over the same memory.</summary>
    public Tensor narrow(long dim, long start, long length) => NarrowOp.Call(this, dim, start, length);
    /// <summary>A range of an axis with a step, over the same memory.</summary>
    public Tensor slice(long dim, long start, long finish, long step = 1) => SliceTensorOp.Call(this, dim, start, finish, step);
    /// <summary>One entry of an axis, over the same memory.</summary>
    public Tensor select(long dim, long index) => SelectIntOp.Call(this, dim, index);
    /// <summary>One entry of the first axis.</summary>
    public Tensor this[long index] => select(0, index);
    /// <summary>Entries of an axis, copied.</summary>
    public Tensor index_select(long dim, Tensor index) => IndexSelectOp.Call(this, dim, index);
    /// <summary>Writes entries of an axis.</summary>
    public Tensor index_copy_(long dim, Tensor index, Tensor source) => Changed(IndexCopyInPlaceOp, dim, index, source);
    /// <summary>Adds to entries of an axis.</summary>
    public Tensor index_add_(long dim, Tensor index, Tensor source) => Changed(IndexAddInPlaceOp, dim, index, source);
    /// <summary>One element an index, along an axis.</summary>
    public Tensor gather(long dim, Tensor index) => GatherOp.Call(this, dim, index);
    /// <summary>Writes one value at each index, along an axis.</summary>
    public Tensor scatter_(long dim, Tensor index, Scalar value) => Changed(ScatterInPlaceValueOp, dim, index, value);
    /// <summary>The entries of an axis (at most 64), over the same memory.</summary>
    public Tensor[] unbind(long dim = 0) => UnbindIntOp.CallMany(this, dim);
    /// <summary>An axis cut into as many parts (at most 64).</summary>
    public Tensor[] chunk(long chunks, long dim = 0) => ChunkOp.CallMany(this, chunks, dim);
    /// <summary>An axis cut into parts of a length (at most 64 of them).</summary>
    public Tensor[] split(long size, long dim = 0) => SplitTensorOp.CallMany(this, size, dim);
    /// <summary>Shifted around an axis.</summary>
    public Tensor roll(long shifts, long dims) => RollOp.Call(this, new[] { shifts }, new[] { dims });
    /// <summary>Turned k quarters in the plane of two axes.</summary>
    public Tensor rot90(long k = 1, long[]? dims = null) => Rot90Op.Call(this, k, dims ?? [0L, 1L]);
    /// <summary>Any strides over the same memory.</summary>
    public Tensor as_strided(long[] size, long[] stride, long? storage_offset = null) => AsStridedOp.Call(this, size, stride, Value.Optional(storage_offset));
    /// <summary>Densely in memory, in this order; the tensor itself where it is so already.</summary>
    public Tensor contiguous(MemoryFormat memory_format = MemoryFormat.Contiguous) => ContiguousOp.Call(this, (int)memory_format);
    /// <summary>The shape of another, over the same memory.</summary>
    public Tensor view_as(Tensor other) => ViewAsOp.Call(this, other);
    /// <summary>The same bytes as elements of another type.</summary>
    public Tensor view(ScalarType dtype) => ViewDtypeOp.Call(this, (int)dtype);
}
