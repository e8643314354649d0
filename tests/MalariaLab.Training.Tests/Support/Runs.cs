using MalariaLab.Core.Experiments;
using MalariaLab.Core.Runs;

namespace MalariaLab.Training.Tests.Support;

/// <summary>Requests for quick trainings, in a folder that goes with the test.</summary>
internal sealed class Runs : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("training-test");

    public static ExperimentSpec LeNet(int size = 32) => new()
    {
        Recipe = "lenet",
        Data = new DataSpec { DatasetVersionId = 1, SplitId = 1, DatasetHash = new string('0', 64), SplitHash = new string('0', 64) },
        Architecture = new ArchitectureSpec { Key = "lenet", Size = size },
        Optimizer = new OptimizerSpec { Kind = OptimizerKind.Adagrad, LearningRate = 0.01 },
        Training = new TrainingSpec { Epochs = 4, BatchSize = 10 },
    };

    public string Folder(string name) => Path.Combine(_folder.FullName, name);

    public TrainingRequest Request(ExperimentSpec spec, ITrainingData data, string folder = "run", int? threads = 2) =>
        new() { Spec = spec, Data = data, CheckpointFolder = Folder(folder), Program = "test", Threads = threads };

    public void Dispose() => _folder.Delete(recursive: true);
}

/// <summary>Keeps what a training told.</summary>
internal sealed class Listener : ITrainingObserver
{
    public List<TrainingStage> Stages { get; } = [];

    public List<RunProgress> Progress { get; } = [];

    public List<EpochRecord> Epochs { get; } = [];

    public List<string> Log { get; } = [];

    public Action<EpochRecord>? AfterEpoch { get; init; }

    public void OnStage(TrainingStage stage) => Stages.Add(stage);

    public void OnProgress(RunProgress progress) => Progress.Add(progress);

    public void OnEpoch(EpochRecord epoch)
    {
        Epochs.Add(epoch);
        AfterEpoch?.Invoke(epoch);
    }

    public void OnLog(string line) => Log.Add(line);
}
