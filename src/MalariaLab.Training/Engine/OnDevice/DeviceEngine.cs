using MalariaLab.Core.Experiments.Architectures;
using MalariaLab.Torch;
using MalariaLab.Training.Architectures;
using MalariaLab.Training.Data;
using MalariaLab.Training.Devices;
using MalariaLab.Training.Loss;
using MalariaLab.Training.Optimizers;

namespace MalariaLab.Training.Engine;

/// <summary>
/// Training with one replica over whole batches on one device: samples, augmentation, loss and optimizer live there, and within an epoch the host waits for
/// the device only when somebody asks for <see cref="Sum"/>. Made for CUDA; it runs on the CPU too, where tests hold it against <see cref="CpuEngine"/>.
/// </summary>
internal sealed class DeviceEngine : IEngine
{
    private const int ScoringChunk = 128;
    // Above this a batch keeps the device busy longer than asking for its kernels takes.
    private const long LargestRecordedMacs = 50_000_000_000;
    private readonly Device _device;
    private readonly TrainingSpec _spec;
    private readonly NetworkWeights _weights;
    private readonly Tensor _gradients;
    private readonly SlicedOptimizer _optimizer;
    private readonly DeviceSamples _samples;
    private readonly DeviceInputs _inputs;
    private readonly DeviceDropout _dropout;
    private readonly DeviceLoss _loss;
    private readonly Network _network;
    private readonly Dictionary<string, int> _ordinals;
    private readonly StepGraph? _graph;
    private readonly CrossEntropy _scoringLoss;
    private DeviceBatch? _epoch;

    public DeviceEngine(
        Device device,
        NetworkWeights weights,
        Tensor gradients,
        DeviceSamples samples,
        SlicedOptimizer optimizer,
        CrossEntropy loss,
        ExperimentSpec spec,
        Action<string> log)
    {
        (_device, _spec, _weights, _gradients, _samples, _optimizer, _scoringLoss) = (device, spec.Training, weights, gradients, samples, optimizer, loss.ForScoring);
        var graph = weights.Layout.Graph;
        _inputs = new DeviceInputs(spec.Augmentation, spec.Preprocessing, spec.Architecture.Size, spec.Architecture.Channels, spec.Training.Seed, device);
        _dropout = new DeviceDropout(spec.Training.Seed, graph.Layers.Count, device);
        _loss = new DeviceLoss(loss, device);
        _network = new Network(weights, gradients);
        _ordinals = graph.Layers.Select((layer, i) => (layer.Name, i)).ToDictionary(p => p.Name, p => p.i);
        if (device.Type == DeviceType.CUDA && samples.IsResident && graph.ForwardMacs * spec.Training.BatchSize <= LargestRecordedMacs)
            _graph = new StepGraph(Step, log);
    }

    /// <inheritdoc/>
    public string Description => $"{TorchDevices.NameOf(_device)}, LibTorch {torch.__version__}{(_spec.Precision == Precision.BFloat16 ? ", bfloat16" : "")}";

    /// <inheritdoc/>
    public bool SumIsAtHand => false;

    /// <inheritdoc/>
    public void Begin(int[] order, int epoch)
    {
        _epoch?.Dispose();
        using var scope = torch.NewDisposeScope();
        _epoch = new DeviceBatch(_samples.Rows(order), _samples.Positions(order), _samples.Labels(order), _samples.IsFeatures ? null : _inputs.Draw(order, epoch)).Keep();
        _dropout.Begin(epoch);
        _loss.Forget();
    }

    /// <inheritdoc/>
    public void Accumulate(int first, int count)
    {
        using var scope = torch.NewDisposeScope();
        var batch = _epoch!.Part(first, count);
        if (_graph is not null && count == _spec.BatchSize)
            _graph.Run(batch);
        else
            Step(batch);
    }

    /// <inheritdoc/>
    public void Update(double learningRate, int batches)
    {
        using var scope = torch.NewDisposeScope();
        var scale = 1.0 / batches;
        if (_spec.GradientClipNorm > 0)
            // Without looking at the norm: min(1, most / norm) stays on the device.
            _gradients.mul_(_gradients.norm().mul_(scale).reciprocal().mul_(_spec.GradientClipNorm).clamp_(0, 1));
        for (var slice = 0; slice < _optimizer.Count; slice++)
            _optimizer.Step(slice, learningRate, scale);
        _gradients.zero_();
    }

    /// <inheritdoc/>
    public BatchLoss Sum() => _loss.Sum();

    /// <inheritdoc/>
    public (float[] Probabilities, BatchLoss Loss) Score(
        NetworkWeights weights, IReadOnlyList<int> indices, int views, int? augmentedEpoch, Action<int> onChunk, CancellationToken cancellation)
    {
        using var scope = torch.NewDisposeScope();
        using var inference = torch.inference_mode();
        using var network = new Network(weights);
        var (rows, changes) = (_samples.Rows(indices), augmentedEpoch is { } epoch && !_samples.IsFeatures ? _inputs.Draw(indices, epoch) : null);
        var all = torch.empty([views, indices.Count, _scoringLoss.Units], ScalarType.Float32, _device);
        for (var first = 0; first < indices.Count; first += ScoringChunk)
        {
            cancellation.ThrowIfCancellationRequested();
            using var chunkScope = torch.NewDisposeScope();
            var count = Math.Min(ScoringChunk, indices.Count - first);
            var values = _samples.Gather(rows.narrow(0, first, count));
            for (var view = 0; view < views; view++)
            {
                var input = changes is not null ? _inputs.Prepare(values, changes.narrow(0, first, count)) : Input(values, view);
                all.select(0, view).narrow(0, first, count).copy_(Logits(network, input, ForwardPass.Inference));
            }
            onChunk(count);
        }
        return Probabilities(all.ToArray<float>(), indices, views);
    }

    public void Dispose()
    {
        _graph?.Dispose();
        _epoch?.Dispose();
        _network.Dispose();
        _loss.Dispose();
        _dropout.Dispose();
        _inputs.Dispose();
    }

    /// <summary>Forward and backward pass; asks for kernels and waits for none.</summary>
    private void Step(DeviceBatch batch)
    {
        using var scope = torch.NewDisposeScope();
        var values = _samples.Gather(batch.Rows);
        var input = _samples.IsFeatures ? values.permute(0, 3, 1, 2) : _inputs.Prepare(values, batch.Changes);
        var pass = new ForwardPass(true, (layer, _) => _dropout.Mask(_ordinals[layer.Name], batch.Positions, layer.Shape.Elements, ((Dropout)layer.Op).Rate));
        Tensor logits;
        using (_spec.Precision == Precision.BFloat16 ? torch.autocast(_device.Type) : null)
            logits = Logits(_network, input, pass);
        logits.backward(_loss.Evaluate(logits, batch.Labels, (int)batch.Labels.numel()));
    }

    private Tensor Input(Tensor values, int view) => _samples.IsFeatures ? values.permute(0, 3, 1, 2) : _inputs.View(values, view);

    private Tensor Logits(Network network, Tensor input, ForwardPass pass) =>
        (_samples.IsFeatures ? network.Head(input, pass) : network.Forward(input, pass)).to(ScalarType.Float32);

    private (float[] Probabilities, BatchLoss Loss) Probabilities(float[] logits, IReadOnlyList<int> indices, int views)
    {
        var (units, classes) = (_scoringLoss.Units, _scoringLoss.ClassWeights.Count);
        var length = indices.Count * units;
        var loss = _scoringLoss.Evaluate<float>(logits.AsSpan(0, length), [.. indices.Select(_samples.Label)], 1, []);
        var sum = new double[indices.Count * classes];
        var row = new float[sum.Length];
        for (var view = 0; view < views; view++)
        {
            for (var i = 0; i < indices.Count; i++)
                CrossEntropy.Probabilities(_scoringLoss.Unit, logits.AsSpan((view * length) + (i * units), units), row.AsSpan(i * classes, classes));
            for (var i = 0; i < sum.Length; i++)
                sum[i] += row[i];
        }
        return (Array.ConvertAll(sum, value => (float)(value / views)), loss);
    }
}
