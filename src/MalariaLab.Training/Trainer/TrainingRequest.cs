using MalariaLab.Training.Devices;

namespace MalariaLab.Training;

/// <summary>Everything that a training needs; numbers follow from <see cref="Spec"/> and <see cref="Data"/> alone.</summary>
public sealed record TrainingRequest
{
    /// <summary>What to train.</summary>
    public required ExperimentSpec Spec { get; init; }

    /// <summary>Images, labels and parts.</summary>
    public required ITrainingData Data { get; init; }

    /// <summary>Folder of this run's checkpoints and weights; made when absent.</summary>
    public required string CheckpointFolder { get; init; }

    /// <summary>Name, version and commit of the program, written into checkpoints and weight files.</summary>
    public required string Program { get; init; }

    /// <summary>Safetensors, .pth or .h5 file for a spec whose weights start from a file or from another run.</summary>
    public string? StartWeightsFile { get; init; }

    /// <summary>What people call that file; its own name where null.</summary>
    public string? StartWeightsName { get; init; }

    /// <summary>Why that file can't be had, as a sentence. It ends a training that begins, not one that goes on from a checkpoint.</summary>
    public string? StartWeightsRefusal { get; init; }

    /// <summary>Device in LibTorch's words: <c>cpu</c>, <c>cuda:0</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Threads at most; null takes every core. Does not change the numbers of a deterministic run.</summary>
    public int? Threads { get; init; }

    /// <summary>Folder for features of frozen backbones, shared by runs; null keeps them in the checkpoint folder.</summary>
    public string? FeatureCacheFolder { get; init; }

    /// <summary>Bytes that this folder may hold; the longest unused go first, and features that take more are not kept.</summary>
    public long FeatureCacheBytes { get; init; } = 20L << 30;

    /// <summary>Takes the engine of a GPU on the CPU too: without a GPU this is how tests run it.</summary>
    internal bool TakesDeviceEngine { get; init; }

    /// <summary>Clock of durations and progress.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Refuses what no training can begin with.</summary>
    /// <exception cref="TrainingFailedException">The images are not the network's, there are none to learn from, or the device is not here.</exception>
    public void Check()
    {
        var network = Spec.Architecture;
        if (Data.Size != network.Size || Data.Channels != network.Channels)
            throw new TrainingFailedException(
                $"The network takes {network.Size} pixels and {network.Channels} channels, but the images have {Data.Size} and {Data.Channels}.");
        if (Data.Indices(SplitPart.Train).Count == 0)
            throw new TrainingFailedException("The split has no training images: make another split.");
        if (!TorchDevices.CanTrainOn(Device))
            throw new TrainingFailedException($"There is no device \"{Device}\" here: this machine offers {string.Join(", ", TorchDevices.Names)}.");
    }
}

/// <summary>Images of one dataset version at one size, with one split. Safe for reading from several threads.</summary>
public interface ITrainingData
{
    /// <summary>Class names in label order, 2 to 20.</summary>
    IReadOnlyList<string> ClassNames { get; }

    /// <summary>Height and width of every image in pixels.</summary>
    int Size { get; }

    /// <summary>3 for RGB, 1 for grey.</summary>
    int Channels { get; }

    /// <summary>Pixels of an image, [row][column][channel].</summary>
    /// <param name="index">Position in the manifest.</param>
    ReadOnlySpan<byte> Image(int index);

    /// <summary>Class index of an image.</summary>
    int Label(int index);

    /// <summary>Manifest positions of a part, ascending.</summary>
    IReadOnlyList<int> Indices(SplitPart part);
}
