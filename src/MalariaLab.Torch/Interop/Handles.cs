using Microsoft.Win32.SafeHandles;

namespace MalariaLab.Torch.Interop;

/// <summary>Owns one native handle to a tensor.</summary>
internal sealed class TensorHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    internal TensorHandle(nint value) : base(ownsHandle: true) => SetHandle(value);

    protected override bool ReleaseHandle()
    {
        Native.mlt_tensor_free(handle);
        return true;
    }
}

/// <summary>Owns one native handle to a random number generator.</summary>
internal sealed class GeneratorHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    internal GeneratorHandle(nint value) : base(ownsHandle: true) => SetHandle(value);

    protected override bool ReleaseHandle()
    {
        Native.mlt_generator_free(handle);
        return true;
    }
}

/// <summary>Owns one native group of shards.</summary>
internal sealed class ShardGroupHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    internal ShardGroupHandle(nint value) : base(ownsHandle: true) => SetHandle(value);

    protected override bool ReleaseHandle()
    {
        Native.mlt_shard_group_free(handle);
        return true;
    }
}
