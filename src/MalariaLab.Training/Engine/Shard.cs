using MalariaLab.Core.Experiments.Architectures;
using MalariaLab.Torch;
using MalariaLab.Training.Architectures;
using MalariaLab.Training.Data;
using MalariaLab.Training.Loss;

namespace MalariaLab.Training.Engine;

/// <summary>One part of every batch: its own input memory, replica and gradients over shared weights.</summary>
internal sealed class Shard : IDisposable
{
    private readonly SampleFeed _feed;
    private readonly ISampleReader _reader;
    private readonly long _seed;
    private readonly Precision _precision;
    private readonly Tensor _input;
    private readonly Network _network;
    private readonly Dictionary<string, int> _ordinals;
    private readonly int[] _labels;
    private readonly float[] _logits;
    private readonly float[] _gradient;
    private float[] _mask = [];
    private Tensor? _output;
    private int _count;
    private int _units;

    public Shard(NetworkWeights weights, Tensor gradients, SampleFeed feed, int capacity, int units, TrainingSpec spec)
    {
        (_feed, _seed, _precision) = (feed, spec.Seed, spec.Precision);
        _reader = feed.NewReader();
        var (height, width, channels) = feed.Shape;
        _input = torch.zeros([capacity, height, width, channels]).DetachFromDisposeScope();
        Gradients = gradients;
        _network = new Network(weights, Gradients);
        _ordinals = weights.Layout.Graph.Layers.Select((layer, i) => (layer.Name, i)).ToDictionary(p => p.Name, p => p.i);
        _labels = new int[capacity];
        _logits = new float[capacity * units];
        _gradient = new float[capacity * units];
    }

    /// <summary>Gradients of the trained buffer, added to by every pass; the caller's.</summary>
    public Tensor Gradients { get; }

    /// <summary>What the last pass found.</summary>
    public BatchLoss Loss { get; private set; }

    /// <summary>Reads sample <paramref name="position"/> of the coming pass.</summary>
    public void Read(int position, int index, int epoch)
    {
        var target = _input.data<float>().Slice(position * _feed.SampleLength, _feed.SampleLength);
        _reader.ReadTraining(index, epoch, target);
        _labels[position] = _feed.Label(index);
    }

    /// <summary>Forward and loss over samples that were read.</summary>
    /// <param name="indices">Their manifest positions.</param>
    /// <param name="epoch">From 1.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="divisor">Samples of the whole batch.</param>
    /// <param name="group">The shards of the batch, where a layer needs them all; else null.</param>
    /// <param name="number">Which of them this is.</param>
    public void Forward(ReadOnlyMemory<int> indices, int epoch, CrossEntropy loss, int divisor, ShardGroup? group, int number)
    {
        using var scope = torch.NewDisposeScope();
        _count = indices.Length;
        var input = _input.narrow(0, 0, _count).permute(0, 3, 1, 2);
        var pass = new ForwardPass(true, (layer, samples) => Mask(layer, indices.Span, epoch), group, number);
        using (_precision == Precision.BFloat16 ? torch.autocast(DeviceType.CPU) : null)
            _output = (_feed.IsFeatures ? _network.Head(input, pass) : _network.Forward(input, pass)).to(ScalarType.Float32).DetachFromDisposeScope();
        _units = loss.Units;
        var logits = _logits.AsSpan(0, _count * _units);
        _output.CopyTo(logits);
        Loss = loss.Evaluate<float>(logits, _labels.AsSpan(0, _count), divisor, _gradient.AsSpan(0, logits.Length));
    }

    /// <summary>Adds the gradients of the last forward pass.</summary>
    public void Backward()
    {
        using var scope = torch.NewDisposeScope();
        _output!.backward(torch.tensor<float>(_gradient.AsSpan(0, _count * _units), [_count, _units]));
        Forget();
    }

    /// <summary>Lets go of the last forward pass.</summary>
    public void Forget()
    {
        _output?.Dispose();
        _output = null;
    }

    public void Dispose()
    {
        Forget();
        _network.Dispose();
        _input.Dispose();
    }

    private Tensor Mask(Layer layer, ReadOnlySpan<int> indices, int epoch)
    {
        var rate = ((Dropout)layer.Op).Rate;
        var units = (int)layer.Shape.Elements;
        if (_mask.Length < indices.Length * units)
            _mask = new float[indices.Length * units];
        for (var i = 0; i < indices.Length; i++)
            DropoutMasks.Fill(_seed, epoch, _ordinals[layer.Name], indices[i], rate, _mask.AsSpan(i * units, units));
        return torch.tensor<float>(_mask.AsSpan(0, indices.Length * units), [indices.Length, units]);
    }
}
