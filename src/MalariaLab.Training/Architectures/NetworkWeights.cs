using MalariaLab.Torch;
using MalariaLab.Torch.Optim;

namespace MalariaLab.Training.Architectures;

/// <summary>The tensors of a network as two flat float32 buffers on one device. Owns them.</summary>
public sealed class NetworkWeights : IDisposable
{
    /// <summary>Zeroed buffers for a layout.</summary>
    /// <param name="layout">What lies where.</param>
    /// <param name="channelsLast">Convolution kernels lie as OHWI in memory (their shape stays OIHW).</param>
    /// <param name="device">Place of the buffers.</param>
    public NetworkWeights(ParameterLayout layout, bool channelsLast, Device device)
        : this(layout, channelsLast, NewBuffer(layout.TrainableLength, device), NewBuffer(layout.FixedLength, device))
    {
    }

    private NetworkWeights(ParameterLayout layout, bool channelsLast, Tensor trainable, Tensor @fixed) =>
        (Layout, ChannelsLast, Trainable, Fixed) = (layout, channelsLast, trainable, @fixed);

    /// <summary>What lies where.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>True when kernels lie as OHWI.</summary>
    public bool ChannelsLast { get; }

    /// <summary>What the optimizer updates.</summary>
    public Tensor Trainable { get; }

    /// <summary>Frozen weights and running statistics.</summary>
    public Tensor Fixed { get; }

    /// <summary>A buffer of zeros that outlives the scope of its maker.</summary>
    public static Tensor NewBuffer(long length, Device device) => torch.zeros([length], torch.float32, device).DetachFromDisposeScope();

    /// <summary>The same weights under another owner: both share the memory, and each disposes its own.</summary>
    public NetworkWeights Share() => new(Layout, ChannelsLast, Trainable.alias().DetachFromDisposeScope(), Fixed.alias().DetachFromDisposeScope());

    /// <summary>Draws every tensor from its seed.</summary>
    public void Initialise(long seed)
    {
        foreach (var slot in Layout.Slots)
            Set(slot, InitialWeights.Draw(slot, seed));
    }

    /// <summary>Writes a tensor, given row-major in the slot's shape.</summary>
    public void Set(ParameterSlot slot, float[] values)
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        View(slot).copy_(torch.tensor(values, slot.Shape));
    }

    /// <summary>A tensor in its shape, over the buffer's memory.</summary>
    public Tensor View(ParameterSlot slot) => View(slot, slot.Trains ? Trainable : Fixed);

    /// <summary>The place of a tensor in another buffer of the same length, its gradient for example.</summary>
    public Tensor View(ParameterSlot slot, Tensor buffer) =>
        FlatBuffers.View(buffer, slot.Offset, slot.Shape, ChannelsLast ? MemoryFormat.ChannelsLast : MemoryFormat.Contiguous);

    /// <summary>All tensors by name, dense and row-major, for a file.</summary>
    public Dictionary<string, Tensor> Named() => Layout.Slots.ToDictionary(slot => slot.Name, slot => View(slot).contiguous());

    /// <summary>Frees the buffers.</summary>
    public void Dispose()
    {
        Trainable.Dispose();
        Fixed.Dispose();
    }
}
