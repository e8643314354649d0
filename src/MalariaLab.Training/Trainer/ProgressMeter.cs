namespace MalariaLab.Training;

/// <summary>Turns finished batches into progress, at most once a second.</summary>
internal sealed class ProgressMeter(TimeProvider clock, ITrainingObserver observer, int epochs, long imagesPerEpoch)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly long _start = clock.GetTimestamp();
    private long _lastTold = clock.GetTimestamp();
    private long _images;
    private long _imagesAtLastTold;

    /// <summary>A batch is done; true when it is time to <see cref="Tell"/>.</summary>
    public bool OnBatch(int images)
    {
        _images += images;
        return clock.GetElapsedTime(_lastTold) >= Interval;
    }

    /// <summary>Tells where an epoch is.</summary>
    public void Tell(int epoch, int step, int steps, double loss, double accuracy)
    {
        var since = clock.GetElapsedTime(_lastTold);
        var elapsed = clock.GetElapsedTime(_start).TotalSeconds;
        var left = (epochs - epoch) * imagesPerEpoch + (steps - step) * imagesPerEpoch / steps;
        observer.OnProgress(new RunProgress
        {
            Stage = "Training",
            Epoch = epoch,
            Epochs = epochs,
            Step = step,
            Steps = steps,
            Loss = loss,
            Accuracy = accuracy,
            ImagesPerSecond = (_images - _imagesAtLastTold) / since.TotalSeconds,
            SecondsLeft = elapsed / _images * left,
        });
        (_lastTold, _imagesAtLastTold) = (clock.GetTimestamp(), _images);
    }

    /// <summary>Images of another stage are done.</summary>
    public void OnStage(string stage, int epoch, int done, int total)
    {
        if (clock.GetElapsedTime(_lastTold) < Interval)
            return;
        _lastTold = clock.GetTimestamp();
        observer.OnProgress(new RunProgress { Stage = stage, Epoch = epoch, Epochs = epochs, Step = done, Steps = total });
    }
}
