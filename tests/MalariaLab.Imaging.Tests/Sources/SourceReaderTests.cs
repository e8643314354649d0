using MalariaLab.Imaging.Sources;
using Xunit;

namespace MalariaLab.Imaging.Tests.Sources;

public sealed class SourceReaderTests
{
    private static readonly byte[] Png = ImageCodec.Encode(new PixelImage(4, 3, 3, [.. Enumerable.Range(0, 36).Select(i => (byte)i)]), ImageFormat.Png);

    [Fact]
    public async Task CheckAsync_ManyFiles_KeepsTheirOrderAndListsTheBad()
    {
        using var archive = new TestArchive([.. Enumerable.Range(0, 200).Select(i => ($"A/{i:000}.png", i % 10 == 3 ? [1, 2, 3] : Png))]);
        using var source = ImageSource.Open(archive.Path);
        var seen = new List<CheckedFile>();
        await foreach (var file in SourceReader.CheckAsync(source, source.Files, TestContext.Current.CancellationToken)) seen.Add(file);

        Assert.Equal(source.Files, seen.Select(file => file.File));
        Assert.Equal(180, seen.Count(file => file.Check.IsUsable));
        Assert.All(seen.Where(file => !file.Check.IsUsable), file => Assert.Equal(ImageFault.NotAnImage, file.Check.Fault));
    }

    [Fact]
    public async Task CheckAsync_LeftEarly_ReadsNothingAfterwards()
    {
        using var archive = new TestArchive([.. Enumerable.Range(0, 500).Select(i => ($"A/{i:000}.png", Png))]);
        var source = ImageSource.Open(archive.Path);
        await foreach (var _ in SourceReader.CheckAsync(source, source.Files, TestContext.Current.CancellationToken)) break;
        source.Dispose();
    }

    [Fact]
    public async Task CheckAsync_Cancelled_Throws()
    {
        using var archive = new TestArchive([.. Enumerable.Range(0, 500).Select(i => ($"A/{i:000}.png", Png))]);
        using var source = ImageSource.Open(archive.Path);
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in SourceReader.CheckAsync(source, source.Files, stop.Token)) await stop.CancelAsync();
        });
    }
}
