using MalariaLab.Torch.Interop;

namespace MalariaLab.Torch;

/// <summary>
/// The shards of one batch, each on a thread of its own, that meet wherever a layer needs the whole batch. It has to outlive every graph that was
/// recorded with it, and as many threads have to run at once as there are shards.
/// </summary>
public sealed class ShardGroup : IDisposable
{
    private readonly ShardGroupHandle handle;

    /// <summary>A group without shards; <see cref="Begin"/> says how many come.</summary>
    public ShardGroup()
    {
        Native.Check(Native.mlt_shard_group_new(out var group));
        handle = new ShardGroupHandle(group);
    }

    /// <summary>Before a batch: how many shards it has, and how many of them may compute at once. No shard may be at work.</summary>
    public void Begin(int shards, int? atOnce = null) => Native.Check(Native.mlt_shard_group_begin(handle, shards, atOnce ?? shards));

    /// <summary>A shard's work begins; waits for its turn where fewer may compute at once. While it waits for the others at a layer, another has the turn.</summary>
    public void Enter() => Native.mlt_shard_group_enter(handle);

    /// <summary>The work of a shard that entered is over, well or not.</summary>
    public void Leave() => Native.mlt_shard_group_leave(handle);

    /// <summary>A shard failed: those that wait for it fail too instead of waiting for ever.</summary>
    public void Abort() => Native.mlt_shard_group_abort(handle);

    /// <summary>
    /// Batch normalisation in training, with the statistics of all shards, forward and backward; the running ones are moved once by
    /// <paramref name="momentum"/> (PyTorch's: the share of the new). Waits until every shard is at this layer. Gradients of weight and bias are the
    /// shard's own part.
    /// </summary>
    /// <param name="input">[images, channels, rows, columns], float32 or bfloat16 on the CPU; the result is float32.</param>
    /// <param name="running_mean">Changed in place.</param>
    /// <param name="running_var">Changed in place.</param>
    /// <param name="weight">One a channel.</param>
    /// <param name="bias">One a channel.</param>
    /// <param name="momentum">Share of the new statistics.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="relu">Whether max(x, 0) follows, in the same pass.</param>
    /// <param name="shard">Which shard calls, from 0.</param>
    public Tensor batch_norm(Tensor input, Tensor running_mean, Tensor running_var, Tensor weight, Tensor bias, double momentum, double eps, bool relu, int shard)
    {
        Native.Check(Native.mlt_sharded_batch_norm(
            input.Handle, weight.Handle, bias.Handle, running_mean.Handle, running_var.Handle,
            momentum, eps, relu ? 1 : 0, handle, shard, out var result));
        return new Tensor(result);
    }

    /// <inheritdoc/>
    public void Dispose() => handle.Dispose();
}
