using MalariaLab.Core.Runs;
using MalariaLab.Training;

namespace MalariaLab.Bench;

/// <summary>Lets a training run without a word.</summary>
internal sealed class SilentObserver : ITrainingObserver
{
    public void OnStage(TrainingStage stage)
    {
    }

    public void OnProgress(RunProgress progress)
    {
    }

    public void OnEpoch(EpochRecord epoch)
    {
    }

    public void OnLog(string line)
    {
    }
}
