using MalariaLab.Torch;
using MalariaLab.Training.Loss;
using static MalariaLab.Torch.torch.nn;

namespace MalariaLab.Training.Engine;

/// <summary>The values and gradients of <see cref="CrossEntropy"/> on a device, whose sums stay there until they are asked for.</summary>
internal sealed class DeviceLoss : IDisposable
{
    private readonly OutputUnit _unit;
    private readonly Tensor _targets;
    private readonly Tensor _weights;
    private readonly Tensor _sums;

    public DeviceLoss(CrossEntropy loss, Device device)
    {
        _unit = loss.Unit;
        var classes = loss.ClassWeights.Count;
        _targets = Upload([.. Enumerable.Range(0, classes).SelectMany(label => Enumerable.Range(0, loss.Units).Select(k => loss.Target(label, k)))], [classes, loss.Units]);
        _weights = Upload([.. loss.ClassWeights], [classes, 1]);
        _sums = torch.zeros([2], ScalarType.Float64, device).DetachFromDisposeScope();

        Tensor Upload(double[] values, long[] shape) => torch.tensor(values, shape).to(ScalarType.Float32, device).DetachFromDisposeScope();
    }

    /// <summary>Sums since <see cref="Forget"/>; waits for the device.</summary>
    public BatchLoss Sum() => _sums.ToArray<double>() is var sums ? new(sums[0], double.IsFinite(sums[1]) ? (int)sums[1] : 0) : default;

    /// <summary>Starts the sums anew.</summary>
    public void Forget() => _sums.zero_();

    /// <summary>Adds the loss and the right answers of samples to the sums.</summary>
    /// <param name="logits">float32 [n, units].</param>
    /// <param name="labels">int64 [n].</param>
    /// <param name="divisor">Samples that the gradient is divided by.</param>
    /// <returns>The gradient, [n, units].</returns>
    public Tensor Evaluate(Tensor logits, Tensor labels, int divisor)
    {
        using var noGrad = torch.no_grad();
        var z = logits.detach();
        var (target, weight) = (_targets.index_select(0, labels), _weights.index_select(0, labels));
        Tensor loss, probabilities, right;
        if (_unit == OutputUnit.Sigmoid)
        {
            // −t log σ(z) − (1 − t) log(1 − σ(z)) = softplus(z) − t z
            (loss, probabilities) = (functional.softplus(z).sub_(target.mul(z)), z.sigmoid());
            right = z.ge(0).select(1, 0).eq(labels);
        }
        else
        {
            var logarithms = functional.log_softmax(z, 1);
            (loss, probabilities) = (target.mul(logarithms).neg_(), logarithms.exp());
            right = z.argmax(1).eq(labels);
        }
        _sums.add_(torch.stack([loss.mul_(weight).sum(ScalarType.Float64), right.sum(ScalarType.Float64)]));
        return probabilities.sub_(target).mul_(weight).div_(divisor);
    }

    public void Dispose()
    {
        foreach (var tensor in new[] { _targets, _weights, _sums })
            tensor.Dispose();
    }
}
