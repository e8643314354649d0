using System.Globalization;
using MalariaLab.Torch;

namespace MalariaLab.Training;

/// <summary>Trains with LibTorch.</summary>
public sealed class Trainer : ITrainer
{
    /// <inheritdoc/>
    public TrainingOutcome Run(TrainingRequest request, ITrainingObserver observer, CancellationToken cancellation)
    {
        try
        {
            using var scope = torch.NewDisposeScope();
            using var run = new TrainingRun(request, observer, cancellation);
            return run.ToTheEnd();
        }
        catch (TorchOutOfMemoryException e)
        {
            var asked = e.RequestedBytes switch
            {
                null => "",
                { } bytes => string.Create(
                    CultureInfo.InvariantCulture, $" when {(bytes < 1e9 ? $"{bytes / 1e6:0.#} MB" : $"{bytes / 1e9:0.#} GB")} more were asked for"),
            };
            var memory = request.Device == "cpu" ? "Memory" : "The GPU's memory";
            var batch = request.Spec.Training.BatchSize;
            throw new TrainingFailedException(
                $"{memory} ran out{asked}. Try a batch of {Math.Max(1, batch / 2)} instead of {batch}, or smaller images.", e);
        }
    }
}
