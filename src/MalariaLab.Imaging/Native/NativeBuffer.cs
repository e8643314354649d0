using System.Runtime.InteropServices;

namespace MalariaLab.Imaging.Native;

/// <summary>Bytes that the shim handed out and that are given back to it.</summary>
internal sealed class NativeBuffer : SafeHandle
{
    public NativeBuffer()
        : base(0, ownsHandle: true)
    {
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>The first <paramref name="length"/> bytes as managed memory.</summary>
    public byte[] ToArray(nuint length)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(checked((int)length));
        Marshal.Copy(handle, bytes, 0, bytes.Length);
        return bytes;
    }

    protected override bool ReleaseHandle()
    {
        NativeMethods.Free(handle);
        return true;
    }
}
