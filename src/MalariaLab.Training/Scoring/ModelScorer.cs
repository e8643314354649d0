using MalariaLab.Core.Experiments.Architectures;
using MalariaLab.Imaging;
using MalariaLab.Torch;
using MalariaLab.Training.Architectures;
using MalariaLab.Training.Data;
using MalariaLab.Training.Engine;
using MalariaLab.Training.Explanations;
using MalariaLab.Training.Loss;
using MalariaLab.Training.Weights;

namespace MalariaLab.Training.Scoring;

/// <summary>
/// A finished run's network, ready to score: loads the run's weights file, which says by itself which network, preprocessing and classes it has.
/// One caller at a time; keep it for as long as more images may come, for loading costs more than scoring one.
/// </summary>
public sealed class ModelScorer : IDisposable
{
    private readonly NetworkWeights _weights;
    private readonly ShardPool _pool;
    private readonly WeightsDescription _description;
    private readonly OutputUnit _unit;

    private ModelScorer(WeightsDescription description, NetworkWeights weights, int threads)
    {
        (_description, _weights) = (description, weights);
        _unit = weights.Layout.Graph.Output.Unit;
        _pool = CpuEngine.NewPool(threads);
    }

    /// <summary>Network, input size and channels.</summary>
    public ArchitectureSpec Architecture => _description.Architecture;

    /// <summary>Class names in the order of the probabilities.</summary>
    public IReadOnlyList<string> ClassNames => _description.ClassNames;

    /// <summary>How images come to the network's size.</summary>
    public PreprocessingSpec Preprocessing => _description.Preprocessing;

    /// <summary>Loads a weights file that a training wrote.</summary>
    /// <param name="weightsFile">The file.</param>
    /// <param name="threads">Threads at most; null takes every core.</param>
    /// <exception cref="WeightsException">The file is none of this lab's.</exception>
    public static ModelScorer Load(string weightsFile, int? threads = null)
    {
        var description = WeightsFile.ReadDescription(weightsFile);
        var graph = ArchitectureCatalogue.Build(description.Architecture, description.ClassNames.Count);
        var weights = new NetworkWeights(new ParameterLayout(graph, new WeightsSpec()), channelsLast: true, torch.CPU);
        try
        {
            WeightsFile.Read(weightsFile, weights);
            return new ModelScorer(description, weights, threads ?? Environment.ProcessorCount);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>Class probabilities of decoded images of any size, row by row.</summary>
    /// <param name="images">Decoded to <see cref="ArchitectureSpec.Channels"/> channels.</param>
    /// <param name="views">Test-time views that are averaged.</param>
    public float[] Score(IReadOnlyList<PixelImage> images, int views = 1) =>
        Score(List(images), [.. Enumerable.Range(0, images.Count)], views, CancellationToken.None);

    /// <summary>Class probabilities of images of a dataset, row by row.</summary>
    /// <param name="data">Images of the network's size and channels.</param>
    /// <param name="indices">Which of them.</param>
    /// <param name="views">Test-time views that are averaged.</param>
    /// <param name="cancellation">Cancels between chunks.</param>
    /// <param name="onScored">Told how many more are done, from any thread.</param>
    public float[] Score(ITrainingData data, IReadOnlyList<int> indices, int views, CancellationToken cancellation, Action<int>? onScored = null)
    {
        if (data.Size != Architecture.Size || data.Channels != Architecture.Channels)
            throw new ArgumentException(
                $"The network takes {Architecture.Size} pixels and {Architecture.Channels} channels, but the images have {data.Size} and {data.Channels}.",
                nameof(data));
        var scorer = new Scorer(Feed(data), _pool, CrossEntropy.Plain(_unit, ClassNames.Count));
        return scorer.Score(_weights, indices, (reader, index, view, target) => reader.Read(index, view, target), views, cancellation, onScored).Probabilities;
    }

    /// <summary>Grad-CAM of decoded images: where the network looked for a class.</summary>
    /// <param name="images">Decoded to <see cref="ArchitectureSpec.Channels"/> channels.</param>
    /// <param name="classes">The class, image by image.</param>
    public IReadOnlyList<HeatMap> Explain(IReadOnlyList<PixelImage> images, IReadOnlyList<int> classes)
    {
        var data = List(images);
        var feed = Feed(data);
        var maps = new HeatMap[images.Count];
        using var network = new Network(_weights);
        _pool.Run(images.Count, i => maps[i] = GradCam.Explain(network, feed, i, _unit, classes[i]));
        return maps;
    }

    /// <summary>Frees weights and threads.</summary>
    public void Dispose()
    {
        _pool.Dispose();
        _weights.Dispose();
    }

    private ImageList List(IReadOnlyList<PixelImage> images) => new(images, Architecture, Preprocessing.Interpolation, ClassNames);

    private ImageFeed Feed(ITrainingData data) => new(data, Preprocessing, new AugmentationSpec(), 0);
}
