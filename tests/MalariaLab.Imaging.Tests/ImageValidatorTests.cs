using System.IO.Compression;
using System.Security.Cryptography;
using MalariaLab.Testing;
using Xunit;

namespace MalariaLab.Imaging.Tests;

public sealed class ImageValidatorTests
{
    [Fact]
    public void Check_ColourImage_MeasuresEveryFact()
    {
        // Half black, half (200, 100, 0): means are half of that, deviations too.
        byte[] pixels = [.. Enumerable.Range(0, 8 * 4).SelectMany(i => i < 16 ? new byte[] { 0, 10, 0 } : [200, 100, 0])];
        var file = ImageCodec.Encode(new PixelImage(8, 4, 3, pixels), ImageFormat.Png);

        var check = ImageValidator.Check(file, "a/cell.PNG");

        Assert.True(check.IsUsable);
        var facts = check.Facts;
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(file)), facts.Sha256);
        Assert.Equal(file.Length, facts.Bytes);
        Assert.Equal(new ImageHeader(ImageFormat.Png, 8, 4, 3, 8, 1, 1), facts.Header);
        Assert.Equal([100, 55, 0], facts.ChannelMeans);
        Assert.Equal([100, 45, 0], facts.ChannelDeviations);
        Assert.Equal(.5, facts.BackgroundShare);
        Assert.Empty(facts.Notes);
    }

    [Fact]
    public void Check_GreyImage_GivesThreeEqualMeans()
    {
        var facts = ImageValidator.Check(ImageCodec.Encode(new PixelImage(2, 1, 1, [20, 40]), ImageFormat.Png), "x.png").Facts!;
        Assert.Equal(1, facts.Header.Channels);
        Assert.Equal([30, 30, 30], facts.ChannelMeans);
        Assert.Equal([10, 10, 10], facts.ChannelDeviations);
    }

    [Fact]
    public void Check_JpegNamedPng_IsUsableWithANote()
    {
        var check = ImageValidator.Check(Fixture.Read("baseline.jpg"), "cell.png");
        Assert.True(check.IsUsable);
        Assert.Equal(ImageFormat.Jpeg, check.Facts.Header.Format);
        Assert.Contains("JPEG", Assert.Single(check.Facts.Notes));
    }

    [Fact]
    public void Check_DamagedFile_GivesKindAndSentence()
    {
        var check = ImageValidator.Check(Fixture.Read("rgb.png").AsSpan(0, 60), "cell.png");
        Assert.False(check.IsUsable);
        Assert.Equal(ImageFault.Truncated, check.Fault);
        Assert.Contains("ends before the image is complete", check.Reason);
    }

    [Fact]
    public async Task CheckAsync_StreamWithoutEnd_StopsAtTheByteLimit()
    {
        using var endless = new EndlessStream();
        var check = await ImageValidator.CheckAsync(endless, "x.png", new ImageLimits(1_000_000, 1000), TestContext.Current.CancellationToken);
        Assert.Equal(ImageFault.OverLimit, check.Fault);
        Assert.InRange(endless.BytesRead, 1_000_001, 1_200_000);
    }

    [Fact]
    public void PerceptualHash_Pattern_IsThatOfImageHash() =>
        Assert.Equal(10140800932871933050UL, PerceptualHash.Of(Fixture.Pattern(61, 47, 3)));

    [Fact]
    public void PerceptualHash_RealCells_StayNearAfterRecompressionAndResizing()
    {
        var nearDistances = new List<int>();
        foreach (var file in RealCells(take: 40))
        {
            var image = ImageCodec.Decode(file);
            var hash = PerceptualHash.Of(image);
            var recompressed = ImageCodec.Decode(ImageCodec.Encode(image, ImageFormat.Jpeg, 80));
            var smaller = Resampler.Resize(image, image.Width * 3 / 4, image.Height * 3 / 4, Core.Experiments.Interpolation.Bicubic);
            nearDistances.Add(PerceptualHash.Distance(hash, PerceptualHash.Of(recompressed)));
            nearDistances.Add(PerceptualHash.Distance(hash, PerceptualHash.Of(smaller)));
        }
        Assert.InRange(nearDistances.Max(), 0, 6);
    }

    [Fact]
    public void Check_RealCells_AreAllUsableAndDifferent()
    {
        var checks = RealCells(take: 300).AsParallel().Select(file => ImageValidator.Check(file, "cell.png")).ToList();
        Assert.All(checks, check => Assert.True(check.IsUsable, check.Reason));
        Assert.Equal(300, checks.Select(check => check.Facts!.Sha256).Distinct().Count());
        // Cells are cut out on black, stained pink: there is background, and red leads.
        Assert.All(checks, check => Assert.InRange(check.Facts!.BackgroundShare, .02, .8));
        Assert.True(checks.Average(check => check.Facts!.ChannelMeans[0]) > checks.Average(check => check.Facts!.ChannelMeans[1]));
    }

    private static List<byte[]> RealCells(int take)
    {
        using var zip = ZipFile.OpenRead(SharedFiles.Data("nih-malaria-cells.zip"));
        var entries = zip.Entries.Where(entry => entry.Length > 0).ToList();
        return [.. Enumerable.Range(0, take).Select(i => Read(entries[i * entries.Count / take]))];

        static byte[] Read(ZipArchiveEntry entry)
        {
            using var stream = entry.Open();
            var bytes = new byte[entry.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
    }

    private sealed class EndlessStream : Stream
    {
        public long BytesRead { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => BytesRead; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            BytesRead += count;
            return count;
        }

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
