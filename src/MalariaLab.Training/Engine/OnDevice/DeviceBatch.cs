using MalariaLab.Torch;

namespace MalariaLab.Training.Engine;

/// <summary>Samples of an epoch, or of one batch of it, on a device.</summary>
/// <param name="Rows">Where they lie in <see cref="DeviceSamples"/>.</param>
/// <param name="Positions">Their manifest positions.</param>
/// <param name="Labels">Their classes.</param>
/// <param name="Changes">Their augmentation; null where there is none.</param>
internal sealed record DeviceBatch(Tensor Rows, Tensor Positions, Tensor Labels, Tensor? Changes) : IDisposable
{
    private IEnumerable<Tensor> All => Changes is null ? [Rows, Positions, Labels] : [Rows, Positions, Labels, Changes];

    /// <summary>A part, over the same memory.</summary>
    public DeviceBatch Part(int first, int count) =>
        new(Rows.narrow(0, first, count), Positions.narrow(0, first, count), Labels.narrow(0, first, count), Changes?.narrow(0, first, count));

    /// <summary>A copy that outlives the dispose scope.</summary>
    public DeviceBatch Copy() => new DeviceBatch(Rows.clone(), Positions.clone(), Labels.clone(), Changes?.clone()).Keep();

    /// <summary>Takes the tensors out of the dispose scope: the holder disposes them.</summary>
    public DeviceBatch Keep()
    {
        foreach (var tensor in All)
            tensor.DetachFromDisposeScope();
        return this;
    }

    /// <summary>Takes over another batch's samples, in place.</summary>
    public void CopyFrom(DeviceBatch other)
    {
        foreach (var (own, theirs) in All.Zip(other.All))
            own.copy_(theirs);
    }

    public void Dispose()
    {
        foreach (var tensor in All)
            tensor.Dispose();
    }
}
