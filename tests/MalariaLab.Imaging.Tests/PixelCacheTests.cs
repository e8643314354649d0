using MalariaLab.Core.Experiments;
using MalariaLab.Imaging.Cache;
using Xunit;

namespace MalariaLab.Imaging.Tests;

public sealed class PixelCacheTests : IDisposable
{
    private static readonly PixelCacheKey Key = new("v1", 16, 12, 3, Interpolation.Bilinear);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("pixel-cache-");
    private int reads;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private PixelCacheStore Store => new(folder.FullName);

    private string CacheFile => Assert.Single(folder.GetFiles("*.pixels")).FullName;

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Get_FirstTime_HoldsEveryImageResizedInManifestOrder()
    {
        using var cache = await Store.GetAsync(Key, Sources(50), ct: Ct);
        Assert.Equal(50, cache.Count);
        for (var i = 0; i < 50; i++)
            Assert.Equal(Resampler.Resize(Image(i), 16, 12, Interpolation.Bilinear).Pixels, cache.Image(i).ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.Image(50).Length);
    }

    [Fact]
    public async Task Get_Grey_HoldsOneChannel()
    {
        using var cache = await Store.GetAsync(new PixelCacheKey("v1", 8, 8, 1, Interpolation.Nearest), Sources(1), ct: Ct);
        var grey = ImageCodec.Decode(Sources(1)[0].Read(), channels: 1);
        Assert.Equal(Resampler.Resize(grey, 8, 8, Interpolation.Nearest).Pixels, cache.Image(0).ToArray());
    }

    [Fact]
    public async Task Get_SecondTime_ReadsNoImage()
    {
        (await Store.GetAsync(Key, Sources(10), ct: Ct)).Dispose();
        (await Store.GetAsync(Key, Sources(10), ct: Ct)).Dispose();
        Assert.Equal(10, reads);
    }

    [Theory]
    [InlineData(20)] // header
    [InlineData(4096 + 5000)] // an image
    [InlineData(-2)] // the checksums at the end
    public async Task Get_DamagedByte_IsMadeAnew(int position)
    {
        (await Store.GetAsync(Key, Sources(10), ct: Ct)).Dispose();
        var bytes = await File.ReadAllBytesAsync(CacheFile, Ct);
        var intact = bytes.ToArray();
        bytes[position < 0 ? bytes.Length + position : position] ^= 1;
        await File.WriteAllBytesAsync(CacheFile, bytes, Ct);

        (await Store.GetAsync(Key, Sources(10), ct: Ct)).Dispose();

        Assert.Equal(20, reads);
        Assert.Equal(intact, await File.ReadAllBytesAsync(CacheFile, Ct));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4096)]
    [InlineData(5000)]
    public async Task Get_TruncatedFile_IsMadeAnew(int length)
    {
        (await Store.GetAsync(Key, Sources(10), ct: Ct)).Dispose();
        using (var file = File.OpenWrite(CacheFile)) file.SetLength(length);
        using var cache = await Store.GetAsync(Key, Sources(10), ct: Ct);
        Assert.Equal(20, reads);
        Assert.Equal(Resampler.Resize(Image(9), 16, 12, Interpolation.Bilinear).Pixels, cache.Image(9).ToArray());
    }

    [Fact]
    public async Task Get_OtherImagesUnderTheSameKey_IsMadeAnew()
    {
        (await Store.GetAsync(Key, Sources(10), ct: Ct)).Dispose();
        var reversed = Enumerable.Reverse(Sources(10)).ToList();
        using var cache = await Store.GetAsync(Key, reversed, ct: Ct);
        Assert.Equal(Resampler.Resize(Image(9), 16, 12, Interpolation.Bilinear).Pixels, cache.Image(0).ToArray());
    }

    [Fact]
    public async Task Get_AfterACrashInTheMiddle_TakesNothingHalfMadeForComplete()
    {
        (await Store.GetAsync(Key, Sources(10), ct: Ct)).Dispose();
        // What a killed process leaves: the file under its working name, images there, header not yet.
        var half = await File.ReadAllBytesAsync(CacheFile, Ct);
        Array.Clear(half, 0, 4096);
        File.Move(CacheFile, CacheFile + ".tmp");
        await File.WriteAllBytesAsync(Path.Combine(folder.FullName, folder.GetFiles("*.tmp")[0].Name), half, Ct);

        using var cache = await Store.GetAsync(Key, Sources(10), ct: Ct);

        Assert.Equal(20, reads);
        Assert.Empty(folder.GetFiles("*.tmp"));
    }

    [Fact]
    public async Task Get_Canceled_LeavesNoFile()
    {
        using var cancel = new CancellationTokenSource();
        var sources = Sources(200);
        sources[20] = new PixelSource("20", () =>
        {
            cancel.Cancel();
            return ImageCodec.Encode(Image(20), ImageFormat.Png);
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.GetAsync(Key, sources, ct: cancel.Token));
        Assert.DoesNotContain(folder.GetFiles(), file => file.Extension != ".lock");
    }

    [Fact]
    public async Task Get_UnreadableImage_NamesItAndLeavesNoFile()
    {
        var sources = Sources(10);
        sources[7] = new PixelSource("cell_7.png", () => [1, 2, 3]);
        var failed = await Assert.ThrowsAsync<PixelCacheException>(() => Store.GetAsync(Key, sources, ct: Ct));
        Assert.Contains("cell_7.png", failed.Message);
        Assert.Contains("not an image", failed.Message);
        Assert.DoesNotContain(folder.GetFiles(), file => file.Extension != ".lock");
    }

    [Fact]
    public async Task Get_NotEnoughSpace_SaysHowMuchIsNeededAndWritesNothing()
    {
        var huge = new PixelCacheKey("v1", 26_000, 26_000, 3, Interpolation.Nearest); // 2 GB an image
        var failed = await Assert.ThrowsAsync<PixelCacheException>(() => Store.GetAsync(huge, Sources(10_000), ct: Ct));
        Assert.Contains("needs 20280.0 GB", failed.Message);
        Assert.Empty(folder.GetFiles("*.pixels"));
    }

    [Fact]
    public async Task Get_ManyAtOnce_MakeItOnceAndAllReadTheSame()
    {
        var caches = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Store.GetAsync(Key, Sources(60), ct: Ct))));
        Assert.Equal(60, reads);
        Parallel.For(0, 8 * 60, i =>
            Assert.Equal(Resampler.Resize(Image(i % 60), 16, 12, Interpolation.Bilinear).Pixels, caches[i / 60].Image(i % 60).ToArray()));
        foreach (var cache in caches) cache.Dispose();
    }

    [Fact]
    public async Task Get_WhileItIsMade_ReportsProgressToTheEnd()
    {
        var reports = new Recorder();
        (await Store.GetAsync(Key, Sources(40), reports, Ct)).Dispose();
        Assert.Equal(new PixelCacheProgress(40, 40), reports.Seen.MaxBy(report => report.Done));
    }

    [Fact]
    public async Task Delete_DatasetVersion_FreesItsCachesOnly()
    {
        (await Store.GetAsync(Key, Sources(4), ct: Ct)).Dispose();
        (await Store.GetAsync(new PixelCacheKey("v10", 16, 12, 3, Interpolation.Bilinear), Sources(4), ct: Ct)).Dispose();
        Assert.Equal(4096 + (4 * 16 * 12 * 3) + (4 * 4), Store.Delete("v1"));
        Assert.StartsWith("v10_", Path.GetFileName(CacheFile));
    }

    [Fact]
    public async Task Image_AfterDispose_IsRefused()
    {
        var cache = await Store.GetAsync(Key, Sources(1), ct: Ct);
        cache.Dispose();
        Assert.Throws<ObjectDisposedException>(() => cache.Image(0).Length);
    }

    [Fact]
    public void Key_NameThatCouldLeaveTheFolder_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new PixelCacheKey("../x", 1, 1, 1, Interpolation.Nearest));

    private static PixelImage Image(int index)
    {
        var image = Fixture.Pattern(20 + (index % 5), 15, 3);
        image.Pixels[0] = (byte)index;
        return image;
    }

    private List<PixelSource> Sources(int count) => [.. Enumerable.Range(0, count).Select(i => new PixelSource(i.ToString(), () =>
    {
        Interlocked.Increment(ref reads);
        return ImageCodec.Encode(Image(i), ImageFormat.Png);
    }))];

    private sealed class Recorder : IProgress<PixelCacheProgress>
    {
        private readonly Lock gate = new();

        public List<PixelCacheProgress> Seen { get; } = [];

        public void Report(PixelCacheProgress value)
        {
            lock (gate) Seen.Add(value);
        }
    }
}
