using MalariaLab.Core.Datasets;
using MalariaLab.Imaging.Cache;
using MalariaLab.Training;

namespace MalariaLab.Worker.Caches;

/// <summary>The images of a version from its pixel cache, with labels and parts, as the trainer reads them.</summary>
internal sealed class CachedImages(PixelCache cache, IReadOnlyList<string> classNames, IReadOnlyList<SplitItem> items, byte[] assignment) : ITrainingData, IDisposable
{
    private readonly ILookup<SplitPart, int> parts = Enumerable.Range(0, assignment.Length).ToLookup(i => (SplitPart)assignment[i]);

    public IReadOnlyList<string> ClassNames => classNames;

    public int Size => cache.Key.Width;

    public int Channels => cache.Key.Channels;

    public ReadOnlySpan<byte> Image(int index) => cache.Image(index);

    public int Label(int index) => items[index].Label;

    public IReadOnlyList<int> Indices(SplitPart part) => [.. parts[part]];

    public void Dispose() => cache.Dispose();
}
