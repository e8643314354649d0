using MalariaLab.Torch.Interop;

namespace MalariaLab.Torch.Optim;

/// <summary>
/// Many tensors laid out in one buffer, so that an optimizer, a sum over shards or a checkpoint touches one piece of memory.
/// </summary>
public static class FlatBuffers
{
    /// <summary>
    /// The part of a flat buffer that stands for a tensor of this shape, sharing its memory. A convolution weight (four axes) lies
    /// channels-last where asked.
    /// </summary>
    public static Tensor View(Tensor flat, long offset, long[] shape, MemoryFormat format = MemoryFormat.Contiguous)
    {
        var count = 1L;
        foreach (var size in shape)
            count *= size;
        var part = flat.narrow(0, offset, count);
        return format == MemoryFormat.ChannelsLast && shape.Length == 4
            ? part.view(shape[0], shape[2], shape[3], shape[1]).permute(0, 3, 1, 2)
            : part.view(shape);
    }

    /// <summary>average += (1 - decay) (parameters - average).</summary>
    public static void UpdateAverage(Tensor average, Tensor parameters, double decay) =>
        Native.Check(Native.mlt_ema_update(average.Handle, parameters.Handle, decay));

    /// <summary>
    /// destination = scale (sources[0] + sources[1] + ...), always in this order, so that the sum over shards is the same from run to
    /// run and for every thread count. The destination may be one of the sources.
    /// </summary>
    public static unsafe void Sum(Tensor destination, ReadOnlySpan<Tensor> sources, double scale = 1)
    {
        var handles = stackalloc nint[sources.Length];
        for (var i = 0; i < sources.Length; i++)
            handles[i] = sources[i].Handle.DangerousGetHandle();
        Native.Check(Native.mlt_sum_buffers(destination.Handle, handles, sources.Length, scale));
        foreach (var source in sources)
            GC.KeepAlive(source);
    }

    /// <summary>Euclidean norm of a whole buffer, summed in double in a fixed order.</summary>
    public static double Norm(Tensor buffer)
    {
        Native.Check(Native.mlt_global_norm(buffer.Handle, out var norm));
        return norm;
    }

    /// <summary>
    /// What to scale gradients with so that their norm is at most <paramref name="maxNorm"/>: 1 where it is already, else maxNorm / norm.
    /// </summary>
    public static double ClipScale(Tensor gradients, double maxNorm) => Norm(gradients) is var norm && norm > maxNorm ? maxNorm / norm : 1;
}
