using System.Security.Cryptography;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Experiments;
using MalariaLab.Imaging.Cache;
using MalariaLab.Imaging.Sources;
using MalariaLab.Training.Data;

namespace MalariaLab.Bench;

/// <summary>A zip or folder of class folders as a run would see it: hashed, split and cached, without a database.</summary>
internal sealed class BenchData : IDisposable
{
    private readonly ImageSource _source;
    private readonly (SourceFile File, PlacedFile Place)[] _images;
    private readonly SplitItem[] _items;
    private readonly string _hash;

    private BenchData(ImageSource source, ArchiveLayout layout, int? limit)
    {
        _source = source;
        Classes = layout.Classes;
        _images = [.. source.Files.Zip(layout.Files).Where(pair => pair.Second.Label is not null)];
        // Every n-th image, so that a limited set keeps its class shares.
        if (limit is { } most && most < _images.Length)
            _images = [.. Enumerable.Range(0, most).Select(i => _images[(int)((long)i * _images.Length / most)])];
        _items = new SplitItem[_images.Length];
        Parallel.For(0, _images.Length, i =>
        {
            var (file, place) = _images[i];
            var sha = Convert.ToHexStringLower(SHA256.HashData(source.Read(file)));
            _items[i] = new(sha, place.Label!.Value, GroupRule.Nih.GroupOf(file.Path) ?? GroupRule.Kermany.GroupOf(file.Path), place.Part);
        });
        _hash = Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', _items.Select(item => item.Sha256)))));
    }

    public IReadOnlyList<string> Classes { get; }

    public int Count => _items.Length;

    public string Path(int index) => _images[index].File.Path;

    public int[] Labels => Array.ConvertAll(_items, item => item.Label);

    public static BenchData Open(string path, int? limit)
    {
        var source = ImageSource.Open(path);
        return new BenchData(source, ArchiveLayout.Of([.. source.Files.Select(file => file.Path)]), limit);
    }

    public SplitPart[] Split(SplitPlan plan) => Array.ConvertAll(Splitter.Assign(_items, plan), part => (SplitPart)part);

    public async Task<PixelCache> CacheAsync(string folder, ArchitectureSpec architecture, Interpolation interpolation)
    {
        var key = new PixelCacheKey(_hash, architecture.Size, architecture.Size, architecture.Channels, interpolation);
        var sources = _images.Select((image, i) => new PixelSource(_items[i].Sha256, () => _source.Read(image.File))).ToArray();
        return await new PixelCacheStore(folder).GetAsync(key, sources);
    }

    public PixelCacheData Training(PixelCache cache, SplitPart[] parts) => new(cache, Classes, Labels, parts);

    public DataSpec DataSpec => new() { DatasetVersionId = 0, SplitId = 0, DatasetHash = _hash, SplitHash = _hash };

    public void Dispose() => _source.Dispose();
}
