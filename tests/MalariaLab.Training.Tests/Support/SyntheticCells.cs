using MalariaLab.Core.Datasets;
using MalariaLab.Imaging.Augmentation;

namespace MalariaLab.Training.Tests.Support;

/// <summary>Small noisy images; those of class k carry k dark dots. Nine tenths train or validate, the rest is the test part.</summary>
internal sealed class SyntheticCells(int count, int size, int channels = 3, int classes = 2) : ITrainingData
{
    private readonly byte[][] _images = [.. Enumerable.Range(0, count).Select(i => Draw(i, i % classes, size, channels))];

    public IReadOnlyList<string> ClassNames { get; } = [.. Enumerable.Range(0, classes).Select(k => $"class{k}")];

    public int Size => size;

    public int Channels => channels;

    public bool WithoutValidation { get; init; }

    /// <summary>Replaces one image's pixels on reading, after this many reads of any image; for tests of failures in the middle.</summary>
    public Action<int>? OnRead { get; init; }

    public ReadOnlySpan<byte> Image(int index)
    {
        OnRead?.Invoke(index);
        return _images[index];
    }

    public int Label(int index) => index % classes;

    public IReadOnlyList<int> Indices(SplitPart part) => [.. Enumerable.Range(0, count).Where(i => Part(i) == part)];

    private SplitPart Part(int index) => (index / classes % 10) switch
    {
        < 6 => SplitPart.Train,
        < 8 => WithoutValidation ? SplitPart.Unused : SplitPart.Validation,
        _ => SplitPart.Test,
    };

    private static byte[] Draw(int index, int dots, int size, int channels)
    {
        var random = CounterRandom.For(7, 0, index);
        var image = new byte[size * size * channels];
        for (var i = 0; i < image.Length; i++)
            image[i] = (byte)random.Uniform(140, 220);
        for (var dot = 0; dot < dots; dot++)
        {
            var (row, column) = (random.Below(size - 6), random.Below(size - 6));
            for (var r = row; r < row + 6; r++)
                for (var c = column; c < column + 6; c++)
                    for (var k = 0; k < channels; k++)
                        image[(r * size + c) * channels + k] = (byte)random.Uniform(20, 80);
        }
        return image;
    }
}
