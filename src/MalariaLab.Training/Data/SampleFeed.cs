using MalariaLab.Imaging.Augmentation;

namespace MalariaLab.Training.Data;

/// <summary>Network inputs by manifest position: images, or cached features of a frozen backbone. Safe for several threads, each with its own <see cref="NewReader"/>.</summary>
public abstract class SampleFeed(ITrainingData data)
{
    /// <summary>Height, width and channels of a sample.</summary>
    public abstract (int Height, int Width, int Channels) Shape { get; }

    /// <summary>True when samples enter the head and skip the backbone.</summary>
    public virtual bool IsFeatures => false;

    /// <summary>Values a sample.</summary>
    public int SampleLength => Shape.Height * Shape.Width * Shape.Channels;

    /// <summary>Class of an image.</summary>
    public int Label(int index) => data.Label(index);

    /// <summary>A reader for one thread.</summary>
    public abstract ISampleReader NewReader();
}

/// <summary>Writes samples for one thread.</summary>
public interface ISampleReader
{
    /// <summary>Writes a training sample, augmented for its epoch.</summary>
    void ReadTraining(int index, int epoch, Span<float> target);

    /// <summary>Writes a sample as it is scored; view 0 is the plain image.</summary>
    void Read(int index, int view, Span<float> target);
}

/// <summary>Images, augmented for training and scaled on the way.</summary>
/// <param name="data">The images.</param>
/// <param name="preprocessing">Value scaling.</param>
/// <param name="augmentation">Random changes of training samples.</param>
/// <param name="seed">Seed of the changes.</param>
public sealed class ImageFeed(ITrainingData data, PreprocessingSpec preprocessing, AugmentationSpec augmentation, long seed) : SampleFeed(data)
{
    private readonly ITrainingData _data = data;

    /// <inheritdoc/>
    public override (int Height, int Width, int Channels) Shape => (_data.Size, _data.Size, _data.Channels);

    /// <inheritdoc/>
    public override ISampleReader NewReader() => new Reader(this);

    private sealed class Reader(ImageFeed feed) : ISampleReader
    {
        private readonly ITrainingData _data = feed._data;
        private readonly ImageAugmenter _augmenter = new(feed._data.Size, feed._data.Size, feed._data.Channels);
        private readonly PixelScaler _scaler = new(feed.Preprocessing.Scaling, feed._data.Channels);

        public void ReadTraining(int index, int epoch, Span<float> target) =>
            _augmenter.Apply(_data.Image(index), ImageTransform.Draw(feed.Augmentation, _data.Size, _data.Size, feed.Seed, epoch, index), _scaler, target);

        public void Read(int index, int view, Span<float> target) =>
            _augmenter.Apply(_data.Image(index), ImageTransform.View(view), _scaler, target);
    }

    private PreprocessingSpec Preprocessing => preprocessing;

    private AugmentationSpec Augmentation => augmentation;

    private long Seed => seed;
}
