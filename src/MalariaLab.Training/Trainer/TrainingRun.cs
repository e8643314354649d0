using System.Globalization;
using MalariaLab.Core.Experiments.Architectures;
using MalariaLab.Core.Experiments.Callbacks;
using MalariaLab.Torch;
using MalariaLab.Training.Architectures;
using MalariaLab.Training.Checkpoints;
using MalariaLab.Training.Data;
using MalariaLab.Training.Devices;
using MalariaLab.Training.Engine;
using MalariaLab.Training.Loss;
using MalariaLab.Training.Weights;

namespace MalariaLab.Training;

/// <summary>One execution of a <see cref="TrainingRequest"/>: prepares, trains epoch by epoch, scores.</summary>
internal sealed class TrainingRun : IDisposable
{
    private const string WeightsName = "weights.safetensors";
    private readonly TrainingRequest _request;
    private readonly ITrainingObserver _observer;
    private readonly CancellationToken _cancellation;
    private readonly IReadOnlyList<int> _training;
    private readonly IReadOnlyList<int> _validation;
    private readonly CheckpointStore _store;
    private readonly NetworkWeights _weights;
    private readonly TrainingSession _session;
    private readonly IEngine _engine;
    private readonly ProgressMeter _progress;
    private readonly Stack<IDisposable> _owned = [];

    public TrainingRun(TrainingRequest request, ITrainingObserver observer, CancellationToken cancellation)
    {
        (_request, _observer, _cancellation) = (request, observer, cancellation);
        observer.OnStage(TrainingStage.Preparing);
        request.Check();
        var (spec, data) = (request.Spec, request.Data);
        (_training, _validation) = (data.Indices(SplitPart.Train), data.Indices(SplitPart.Validation));
        var (classes, device) = (data.ClassNames.Count, torch.device(request.Device));
        var layout = new ParameterLayout(ArchitectureCatalogue.Build(spec.Architecture, classes), spec.Weights);
        var loss = new CrossEntropy(layout.Graph.Output.Unit, spec.Loss.LabelSmoothing, ClassWeights.For(spec.Loss, [.. _training.Select(data.Label)], classes));
        _store = new CheckpointStore(request.CheckpointFolder, observer.OnLog);
        _progress = new ProgressMeter(request.Clock, observer, spec.Training.Epochs, _training.Count);
        try
        {
            TorchDevices.Use(device, spec.Training.Deterministic);
            _weights = Own(new NetworkWeights(layout, channelsLast: true, device));
            _session = Own(new TrainingSession(spec, _weights, _store, request.Program, WeightsFile.Describe(spec, data.ClassNames, request.Program)));
            if (_session.Restore())
                observer.OnLog($"Going on from the checkpoint of epoch {_session.Epochs.Count}.");
            else
                Start();
            _engine = Own<IEngine>(device.Type != DeviceType.CPU || request.TakesDeviceEngine ? NewDeviceEngine(device, loss) : NewCpuEngine(loss));
        }
        catch
        {
            Dispose();
            throw;
        }
        observer.OnLog($"{spec.Architecture.Key} on {_engine.Description}: {_training.Count} training and {_validation.Count} validation images.");
    }

    private ExperimentSpec Spec => _request.Spec;

    private int ImageCount => Enum.GetValues<SplitPart>().Sum(part => _request.Data.Indices(part).Count);

    public TrainingOutcome ToTheEnd()
    {
        foreach (var epoch in _session.Epochs)
            _observer.OnEpoch(epoch);
        if (!_session.IsFinished)
        {
            _observer.OnStage(TrainingStage.Training);
            while (!_session.IsFinished)
            {
                var record = Epoch(_session.Epochs.Count + 1);
                _session.Finish(record);
                _observer.OnEpoch(record);
            }
        }
        if (_session.StoppedEarly)
            _observer.OnLog($"Stopped early: no better validation loss since epoch {_session.EarlyStopping!.BestEpoch}.");
        _observer.OnStage(TrainingStage.Evaluating);
        return Evaluate();
    }

    public void Dispose()
    {
        while (_owned.TryPop(out var owned))
            owned.Dispose();
    }

    private T Own<T>(T owned) where T : IDisposable
    {
        _owned.Push(owned);
        return owned;
    }

    private CpuEngine NewCpuEngine(CrossEntropy loss)
    {
        var pool = Own(CpuEngine.NewPool(_request.Threads ?? Environment.ProcessorCount));
        var images = Images();
        var training = Spec.Training;
        if (training.Precision == Precision.BFloat16 && !TorchDevices.CpuComputesInBFloat16)
        {
            _observer.OnLog("bfloat16 needs a GPU or a processor with AVX-512 BF16: this run computes in float32.");
            training = training with { Precision = Precision.Float32 };
        }
        var feed = TakesFeatures()
            ? new FeatureFeed(_request.Data, Features(images, pool.Run, ScalarType.Float32), _weights.Layout.Graph.Features.Shape)
            : (SampleFeed)images;
        return new CpuEngine(pool, _weights, _session.Gradients, feed, _session.Optimizer, loss, training);
    }

    private DeviceEngine NewDeviceEngine(Device device, CrossEntropy loss)
    {
        var data = _request.Data;
        var precision = Spec.Training.Precision == Precision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;
        var samples = Own(TakesFeatures()
            ? DeviceSamples.OfFeatures(data, Features(Images(), OneByOne, precision), _weights.Layout.Graph.Features.Shape, device, _observer.OnLog)
            : DeviceSamples.OfImages(data, device, _observer.OnLog));
        return new DeviceEngine(device, _weights, _session.Gradients, samples, _session.Optimizer, loss, Spec, _observer.OnLog);

        static void OneByOne(int count, Action<int> work)
        {
            for (var i = 0; i < count; i++)
                work(i);
        }
    }

    private ImageFeed Images() => new(_request.Data, Spec.Preprocessing, Spec.Augmentation, Spec.Training.Seed);

    private bool TakesFeatures()
    {
        if (!Spec.HasFixedFeatures)
            return false;
        var (bytes, most) = (FeatureCache.Bytes(_weights.Layout.Graph, ImageCount), _request.FeatureCacheBytes);
        if (bytes > most)
            _observer.OnLog($"The backbone is frozen, but its features of {ImageCount} images would take {bytes >> 20} MB "
                + $"of the {most >> 20} MB that may be kept: every epoch computes them anew.");
        return bytes <= most;
    }

    private FeatureCache Features(ImageFeed images, Action<int, Action<int>> each, ScalarType precision)
    {
        var folder = _request.FeatureCacheFolder ?? _store.PathOf("features");
        var counted = Counted("Computing features", 0, ImageCount);
        return Own(FeatureCache.Open(
            folder, _request.FeatureCacheBytes, Spec, images, ImageCount, _weights, each, precision, _observer.OnLog, counted, _cancellation));
    }

    private void Start()
    {
        _weights.Initialise(Spec.Training.Seed);
        if (_request.StartWeightsFile is { } file)
            StartWeights.Load(file, _request.StartWeightsName ?? Path.GetFileName(file), _weights, _request.Data.ClassNames, _observer.OnLog);
        else if (Spec.Weights.Source != WeightsSource.Random)
            throw new TrainingFailedException(_request.StartWeightsRefusal ?? "The start weights of this spec are not here: import the file again or choose another start.");
        _session.StartAverage();
    }

    private EpochRecord Epoch(int epoch)
    {
        var start = _request.Clock.GetTimestamp();
        var (training, rate) = Train(epoch);
        var trained = _request.Clock.GetElapsedTime(start).TotalSeconds;
        var validation = _validation.Count > 0 ? Validate(epoch) : (BatchLoss?)null;
        return new EpochRecord
        {
            Epoch = epoch,
            TrainLoss = training.Sum / _training.Count,
            TrainAccuracy = (double)training.Right / _training.Count,
            ValLoss = validation?.Sum / _validation.Count,
            ValAccuracy = (double?)validation?.Right / _validation.Count,
            LearningRate = rate,
            Seconds = _request.Clock.GetElapsedTime(start).TotalSeconds,
            ImagesPerSecond = _training.Count / Math.Max(trained, double.Epsilon),
        };
    }

    private (BatchLoss Loss, double LearningRate) Train(int epoch)
    {
        var order = EpochOrder.Shuffle(_training, Spec.Training.Seed, epoch);
        var (size, accumulation) = (Spec.Training.BatchSize, Spec.Training.AccumulationSteps);
        var batches = (order.Length + size - 1) / size;
        var stepsPerEpoch = (batches + accumulation - 1) / accumulation;
        var (sum, seen, rate, pending) = (new BatchLoss(), 0, 0.0, 0);
        _engine.Begin(order, epoch);
        for (var batch = 0; batch < batches; batch++)
        {
            _cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(size, order.Length - batch * size);
            rate = _session.Plateau?.LearningRate
                ?? LearningRate.At(Spec.Schedule, Spec.Optimizer.LearningRate, _session.Optimizer.Steps, stepsPerEpoch, Spec.Training.Epochs);
            _engine.Accumulate(batch * size, count);
            seen += count;
            // Asking a device for its sums waits for it: as often as somebody looks, and at the end.
            var due = _progress.OnBatch(count);
            if (due || batch == batches - 1 || _engine.SumIsAtHand)
            {
                sum = _engine.Sum();
                if (!double.IsFinite(sum.Sum))
                    throw NotFinite(sum.Sum, epoch, batch + 1, rate);
            }
            if (++pending == accumulation || batch == batches - 1)
            {
                _engine.Update(rate, pending);
                pending = 0;
                _session.UpdateAverage();
            }
            if (due)
                _progress.Tell(epoch, batch + 1, batches, sum.Sum / seen, (double)sum.Right / seen);
        }
        return (sum, rate);
    }

    private TrainingFailedException NotFinite(double loss, int epoch, int batch, double rate) => new(string.Create(CultureInfo.InvariantCulture,
        $"The loss became {(double.IsNaN(loss) ? "not a number" : "infinite")} in epoch {epoch}, "
            + $"{(_engine.SumIsAtHand ? "" : "by ")}batch {batch}, at learning rate {rate:g4}. "
            + $"Try a lower learning rate or gradient clipping. ")
        + Kept(epoch))
    {
        Epoch = epoch,
        Batch = batch,
        LearningRate = rate,
    };

    private static string Kept(int epoch) => epoch > 1 ? $"The checkpoint of epoch {epoch - 1} is kept." : "No epoch was finished.";

    private BatchLoss Validate(int epoch)
    {
        using var weights = _session.ScoredWeights();
        return Score(weights, _validation, "Validating", epoch, 1, Spec.Augmentation.AlsoValidation ? epoch : null).Loss;
    }

    private (float[] Probabilities, BatchLoss Loss) Score(NetworkWeights weights, IReadOnlyList<int> indices, string stage, int epoch, int views, int? augmentedEpoch)
    {
        var scores = _engine.Score(weights, indices, views, augmentedEpoch, Counted(stage, epoch, indices.Count), _cancellation);
        // An update after the last batch that was looked at can still carry the weights away.
        return double.IsFinite(scores.Loss.Sum) ? scores : throw new TrainingFailedException(
            $"After epoch {epoch} the network gives no numbers any more: its weights have grown beyond all bounds. Try a lower learning rate or gradient clipping. {Kept(epoch)}")
        { Epoch = epoch };
    }

    /// <summary>Adds up what the threads of the pool have done, for the progress of a stage.</summary>
    private Action<int> Counted(string stage, int epoch, int total)
    {
        var done = 0;
        return count =>
        {
            lock (_progress)
                _progress.OnStage(stage, epoch, done += count, total);
        };
    }

    private TrainingOutcome Evaluate()
    {
        var useBest = _session.Best is not null && Spec.TestsBestEpoch;
        var epoch = useBest ? _session.Best!.Epoch : _session.Epochs.Count;
        var file = _store.PathOf(WeightsName);
        var hash = useBest ? WeightsFile.Copy(_store.PathOf(_session.Best!.Weights.Name), file) : _session.SaveWeights(WeightsName).Sha256;
        using var weights = _session.ScoredWeights();
        if (useBest)
        {
            var except = Spec.EarlyStopping is { RestoreBest: true, MinDelta: > 0 and var least }
                ? string.Create(CultureInfo.InvariantCulture, $" but for improvements of {least} or less")
                : "";
            _observer.OnLog($"Scoring with the weights of epoch {epoch}, which had the lowest validation loss{except}.");
            WeightsFile.Read(file, weights);
        }
        return new TrainingOutcome
        {
            Epochs = [.. _session.Epochs],
            WeightsEpoch = epoch,
            WeightsFile = file,
            WeightsSha256 = hash,
            StoppedEarly = _session.StoppedEarly,
            Scores = [.. new[] { SplitPart.Validation, SplitPart.Test }.Where(part => _request.Data.Indices(part).Count > 0).Select(part => ScorePart(weights, part, epoch))],
            Environment = _engine.Description,
        };
    }

    private PartScores ScorePart(NetworkWeights weights, SplitPart part, int epoch)
    {
        var indices = _request.Data.Indices(part);
        var (probabilities, loss) = Score(weights, indices, "Evaluating", epoch, Spec.Evaluation.TestTimeViews, augmentedEpoch: null);
        return new(part, indices, probabilities, loss.Sum / indices.Count);
    }
}
