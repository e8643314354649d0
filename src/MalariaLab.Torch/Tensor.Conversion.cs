using MalariaLab.Torch.Interop;

namespace MalariaLab.Torch;

public sealed partial class Tensor
{
    private static readonly Operator BernoulliInPlaceFloatOp = new("aten::bernoulli_", "float");
    private static readonly Operator CloneOp = new("aten::clone");
    private static readonly Operator CopyInPlaceOp = new("aten::copy_");
    private static readonly Operator DetachInPlaceOp = new("aten::detach_");
    private static readonly Operator DetachOp = new("aten::detach");
    private static readonly Operator NormalInPlaceOp = new("aten::normal_");
    private static readonly Operator PinMemoryOp = new("aten::pin_memory");
    private static readonly Operator RandomInPlaceFromOp = new("aten::random_", "from");
    private static readonly Operator ToDtypeLayoutOp = new("aten::to", "dtype_layout");
    private static readonly Operator UniformInPlaceOp = new("aten::uniform_");

    /// <summary>In another type, place or memory order; the tensor itself where nothing changes.</summary>
    public Tensor to(ScalarType? dtype = null, Device? device = null, bool non_blocking = false, bool copy = false, MemoryFormat? memory_format = null) =>
        ToDtypeLayoutOp.Call(this, Value.Dtype(dtype), Value.None, Value.Place(device), Value.None, non_blocking, copy, memory_format is { } format ? (int)format : Value.None);

    /// <summary>In another type.</summary>
    public Tensor to(ScalarType dtype) => to(dtype, device: null);
    /// <summary>In another place.</summary>
    public Tensor to(Device device, bool non_blocking = false) => to(dtype: null, device, non_blocking);
    /// <summary>In another memory order.</summary>
    public Tensor to(MemoryFormat memory_format) => to(dtype: null, memory_format: memory_format);
    /// <summary>In the memory of the host.</summary>
    public Tensor cpu() => to(torch.CPU);
    /// <summary>On a GPU.</summary>
    public Tensor cuda(int index = 0) => to(new Device(DeviceType.CUDA, index));
    /// <summary>As float32.</summary>
    public Tensor @float() => to(ScalarType.Float32);
    /// <summary>As float64.</summary>
    public Tensor @double() => to(ScalarType.Float64);
    /// <summary>As int64.</summary>
    public Tensor @long() => to(ScalarType.Int64);
    /// <summary>A copy.</summary>
    public Tensor clone(MemoryFormat memory_format = MemoryFormat.Preserve) => CloneOp.Call(this, (int)memory_format);
    /// <summary>Takes over the elements of another, converted and broadcast.</summary>
    public Tensor copy_(Tensor source, bool non_blocking = false) => Changed(CopyInPlaceOp, source, non_blocking);
    /// <summary>The same memory, outside autograd.</summary>
    public Tensor detach() => DetachOp.Call(this);
    /// <summary>Forgets the operations that made it.</summary>
    public Tensor detach_() => Changed(DetachInPlaceOp);
    /// <summary>A copy in page-locked memory, which a GPU reads without waiting.</summary>
    public Tensor pin_memory() => PinMemoryOp.Call(this);
    /// <summary>Normal draws, in place.</summary>
    public Tensor normal_(double mean = 0, double std = 1, Generator? generator = null) => Changed(NormalInPlaceOp, mean, std, generator);
    /// <summary>Uniform draws, in place.</summary>
    public Tensor uniform_(double from = 0, double to = 1, Generator? generator = null) => Changed(UniformInPlaceOp, from, to, generator);
    /// <summary>1 with probability p, else 0, in place.</summary>
    public Tensor bernoulli_(double p = 0.5, Generator? generator = null) => Changed(BernoulliInPlaceFloatOp, p, generator);
    /// <summary>Whole numbers from <paramref name="from"/> up to but not <paramref name="to"/>, in place.</summary>
    public Tensor random_(long from, long to, Generator? generator = null) => Changed(RandomInPlaceFromOp, from, to, generator);
}
