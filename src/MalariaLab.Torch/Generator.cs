using MalariaLab.Torch.Interop;

namespace MalariaLab.Torch;

/// <summary>
/// A stream of random numbers. Threads that draw from the process-wide default generator share it, in an order nobody
/// controls: a thread whose draws have to be the same from run to run has a generator of its own.
/// </summary>
public sealed class Generator : IDisposable
{
    private Generator(nint handle, Device device)
    {
        Handle = new GeneratorHandle(handle);
        Device = device;
    }

    /// <summary>A new generator.</summary>
    public Generator(ulong seed = 0, Device? device = null) : this(New(device ?? torch.CPU, seed), device ?? torch.CPU) { }

    internal GeneratorHandle Handle { get; }

    /// <summary>Where its tensors have to be.</summary>
    public Device Device { get; }

    internal static Generator DefaultOf(Device device)
    {
        Native.Check(Native.mlt_generator_default(device.Packed, out var handle));
        return new Generator(handle, device);
    }

    /// <summary>Starts the stream anew.</summary>
    public Generator manual_seed(ulong seed)
    {
        Native.Check(Native.mlt_generator_seed(Handle, seed));
        return this;
    }

    /// <summary>The whole state, as bytes: what a checkpoint keeps.</summary>
    public Tensor get_state()
    {
        Native.Check(Native.mlt_generator_get_state(Handle, out var result));
        return new Tensor(result);
    }

    /// <summary>Goes on from a state that <see cref="get_state"/> gave.</summary>
    public void set_state(Tensor state) => Native.Check(Native.mlt_generator_set_state(Handle, state.Handle));

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();

    private static nint New(Device device, ulong seed)
    {
        Native.Check(Native.mlt_generator_new(device.Packed, seed, out var handle));
        return handle;
    }
}
