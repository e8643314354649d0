using MalariaLab.Core.Experiments.Callbacks;
using MalariaLab.Torch;
using MalariaLab.Torch.Optim;
using MalariaLab.Training.Architectures;
using MalariaLab.Training.Checkpoints;
using MalariaLab.Training.Optimizers;
using MalariaLab.Training.Serialization;

namespace MalariaLab.Training;

/// <summary>Everything of a training that changes from epoch to epoch, with its way into a checkpoint and back.</summary>
internal sealed class TrainingSession : IDisposable
{
    private readonly ExperimentSpec _spec;
    private readonly CheckpointStore _store;
    private readonly string _program;
    private readonly IReadOnlyDictionary<string, string> _metadata;
    private readonly string _specHash;

    public TrainingSession(ExperimentSpec spec, NetworkWeights weights, CheckpointStore store, string program, IReadOnlyDictionary<string, string> metadata)
    {
        (_spec, Weights, _store, _program, _metadata) = (spec, weights, store, program, metadata);
        _specHash = SpecJson.Hash(spec);
        Gradients = NetworkWeights.NewBuffer(weights.Layout.TrainableLength, weights.Trainable.device);
        Optimizer = new SlicedOptimizer(OptimizerRules.For(spec.Optimizer), weights.Trainable, Gradients);
        Plateau = spec.Schedule.Kind == ScheduleKind.Plateau ? PlateauSchedule.Start(spec.Optimizer.LearningRate) : null;
        EarlyStopping = spec.EarlyStopping is null ? null : Core.Experiments.Callbacks.EarlyStopping.Start;
        if (spec.Training.WeightEmaDecay > 0)
            Average = new NetworkWeights(weights.Layout, weights.ChannelsLast, weights.Trainable.device);
    }

    public NetworkWeights Weights { get; }

    /// <summary>Sum of a batch's gradients.</summary>
    public Tensor Gradients { get; }

    public SlicedOptimizer Optimizer { get; }

    /// <summary>
    /// Moving average of the trained weights and of the running statistics, which belong to them: averaged weights with the statistics of the last
    /// ones score far worse than either. Null when the spec has none.
    /// </summary>
    public NetworkWeights? Average { get; }

    public List<EpochRecord> Epochs { get; } = [];

    public PlateauState? Plateau { get; private set; }

    public EarlyStoppingState? EarlyStopping { get; private set; }

    public BestEpoch? Best { get; private set; }

    /// <summary>True when no further epoch follows.</summary>
    public bool IsFinished => Epochs.Count >= _spec.Training.Epochs || StoppedEarly;

    /// <summary>True when early stopping ended the training.</summary>
    public bool StoppedEarly => EarlyStopping?.StoppedEpoch is not null;

    /// <summary>Starts the average from the weights as they are.</summary>
    public void StartAverage()
    {
        Average?.Trainable.copy_(Weights.Trainable);
        Average?.Fixed.copy_(Weights.Fixed);
    }

    /// <summary>
    /// Takes the weights after a step into the average. The first steps count for more than the decay says, so that the start is soon forgotten:
    /// min(decay, (1 + n) / (10 + n)) after n steps, as TensorFlow's ExponentialMovingAverage does.
    /// </summary>
    public void UpdateAverage()
    {
        if (Average is null)
            return;
        var decay = Math.Min(_spec.Training.WeightEmaDecay, (1.0 + Optimizer.Steps) / (10 + Optimizer.Steps));
        FlatBuffers.UpdateAverage(Average.Trainable, Weights.Trainable, decay);
        FlatBuffers.UpdateAverage(Average.Fixed, Weights.Fixed, decay);
    }

    /// <summary>Weights as they are scored: the average where there is one. The caller disposes them.</summary>
    public NetworkWeights ScoredWeights() => (Average ?? Weights).Share();

    /// <summary>Takes an epoch in: callbacks move, tensors and state are on disk when it returns.</summary>
    public void Finish(EpochRecord record)
    {
        Epochs.Add(record);
        var improved = record.ValLoss is { } loss && Improves(record.Epoch, loss);
        using var scope = torch.NewDisposeScope();
        if (improved)
            Best = new(record.Epoch, record.ValLoss!.Value, SaveWeights(CheckpointStore.TensorsName("best", record.Epoch)));
        var tensors = _store.SaveTensors(CheckpointStore.TensorsName("tensors", record.Epoch), Buffers());
        _store.Commit(new CheckpointState
        {
            SpecHash = _specHash,
            Program = _program,
            Epochs = Epochs,
            Steps = Optimizer.Steps,
            Plateau = Plateau,
            EarlyStopping = EarlyStopping,
            Best = Best,
            Tensors = tensors,
        });
    }

    /// <summary>Goes back to the newest sound checkpoint; false when there is none.</summary>
    public bool Restore()
    {
        if (_store.Latest(_specHash) is not { } state)
            return false;
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        var saved = Safetensors.Load(_store.PathOf(state.Tensors.Name)).Tensors;
        foreach (var (name, buffer) in Buffers())
            buffer.copy_(saved[name]);
        Epochs.AddRange(state.Epochs);
        Optimizer.Steps = state.Steps;
        (Plateau, EarlyStopping, Best) = (state.Plateau, state.EarlyStopping, state.Best);
        return true;
    }

    /// <summary>Writes the weights as they are scored, by name.</summary>
    public FileProof SaveWeights(string name)
    {
        using var scope = torch.NewDisposeScope();
        using var weights = ScoredWeights();
        return _store.SaveTensors(name, weights.Named(), _metadata);
    }

    public void Dispose()
    {
        Optimizer.Dispose();
        Gradients.Dispose();
        Average?.Dispose();
    }

    private bool Improves(int epoch, double loss)
    {
        if (Plateau is { } plateau)
            Plateau = new PlateauSchedule(_spec.Schedule).Next(plateau, loss);
        if (EarlyStopping is { } stopping)
            EarlyStopping = new EarlyStopping(_spec.EarlyStopping!).Next(stopping, epoch, loss);
        // What early stopping restores, as in Keras, is the epoch that it counts as the best, by its smallest improvement.
        return _spec.EarlyStopping is { RestoreBest: true } ? EarlyStopping!.BestEpoch == epoch : loss < (Best?.ValLoss ?? double.PositiveInfinity);
    }

    private IEnumerable<KeyValuePair<string, Tensor>> Buffers()
    {
        KeyValuePair<string, Tensor>[] own = [new("trainable", Weights.Trainable), new("fixed", Weights.Fixed)];
        KeyValuePair<string, Tensor>[] average = Average is null ? [] : [new("average.trainable", Average.Trainable), new("average.fixed", Average.Fixed)];
        return [.. own, .. Optimizer.States, .. average];
    }
}
