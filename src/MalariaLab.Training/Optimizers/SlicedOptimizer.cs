using MalariaLab.Torch;
using MalariaLab.Torch.Optim;

namespace MalariaLab.Training.Optimizers;

/// <summary>
/// One optimizer over a flat buffer, cut into slices that threads step side by side; on a GPU in one piece, for every piece costs its launches. Every rule
/// works element by element, so the cut changes no bit, and a checkpoint is the same whatever the cut.
/// </summary>
public sealed class SlicedOptimizer : IDisposable
{
    private const int SlicesAtMost = 4;
    private const long Alignment = 1024;
    private readonly Slice[] _slices;
    private readonly long _length;

    /// <summary>An optimizer that has not stepped yet; the buffers stay the caller's.</summary>
    public SlicedOptimizer(OptimizerRule rule, Tensor parameters, Tensor gradients)
    {
        var total = parameters.numel();
        _length = ((total + SlicesAtMost - 1) / SlicesAtMost + Alignment - 1) / Alignment * Alignment;
        var length = parameters.device.Type == DeviceType.CPU ? _length : total;
        var count = (int)((total + length - 1) / length);
        _slices = new Slice[count];
        for (var i = 0; i < count; i++)
        {
            var (start, size) = (i * length, Math.Min(length, total - i * length));
            var part = parameters.narrow(0, start, size).DetachFromDisposeScope();
            var gradient = gradients.narrow(0, start, size).DetachFromDisposeScope();
            _slices[i] = new(start, size, new FlatOptimizer(rule, part, gradient));
        }
    }

    /// <summary>Number of slices.</summary>
    public int Count => _slices.Length;

    /// <summary>Steps done.</summary>
    public long Steps { get => _slices[0].Optimizer.StepCount; set => Array.ForEach(_slices, slice => slice.Optimizer.StepCount = value); }

    /// <summary>Buffers that a checkpoint keeps, by name, in the slices of a CPU; made in the current dispose scope.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> States => _slices.SelectMany(slice => slice.Optimizer.States.SelectMany(state => Parts(slice, state.Key, state.Value)));

    /// <summary>Where slice <paramref name="slice"/> lies.</summary>
    public (long Start, long Length) Range(int slice) => (_slices[slice].Start, _slices[slice].Length);

    /// <summary>Steps one slice; a step is done when every slice is.</summary>
    public void Step(int slice, double learningRate, double gradientScale)
    {
        _slices[slice].Optimizer.LearningRate = learningRate;
        _slices[slice].Optimizer.Step(gradientScale);
    }

    /// <summary>Frees the states.</summary>
    public void Dispose()
    {
        foreach (var slice in _slices)
        {
            slice.Optimizer.Dispose();
            slice.Optimizer.Parameters.Dispose();
            slice.Optimizer.Gradients.Dispose();
        }
    }

    private IEnumerable<KeyValuePair<string, Tensor>> Parts(Slice slice, string name, Tensor state)
    {
        for (var at = slice.Start; at < slice.Start + slice.Length; at += _length)
            yield return KeyValuePair.Create($"optimizer.{name}.{at / _length}", state.narrow(0, at - slice.Start, Math.Min(_length, slice.Start + slice.Length - at)));
    }

    private sealed record Slice(long Start, long Length, FlatOptimizer Optimizer);
}
