using System.Text;
using System.Text.Json;
using Xunit;

namespace MalariaLab.Imaging.Tests;

public sealed class ImageCodecTests
{
    /// <summary>Files written by Pillow (the 16-bit ones by hand), with what its convert("RGB") and convert("L") give for them.</summary>
    public static TheoryData<string> PillowFiles => [.. Pillow().Keys.Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(PillowFiles))]
    public void Decode_FileOfAnyKind_AgreesWithPillow(string name)
    {
        var expected = Pillow()[name];
        // Lossy decoders may round otherwise on another machine.
        var tolerance = name.EndsWith(".jpg", StringComparison.Ordinal) ? 2 : 0;
        foreach (var (mode, channels) in new[] { ("rgb", 3), ("grey", 1) })
        {
            var image = ImageCodec.Decode(Fixture.Read(name), channels);
            var reference = Convert.FromBase64String(expected[mode]);
            Assert.Equal((11, 9, channels), (image.Width, image.Height, image.Channels));
            Assert.InRange(reference.Zip(image.Pixels, (a, b) => Math.Abs(a - b)).Max(), 0, tolerance);
        }
    }

    [Theory]
    [InlineData("rgb.png", ImageFormat.Png, 3, 8)]
    [InlineData("grey-16.png", ImageFormat.Png, 1, 16)]
    [InlineData("grey-alpha.png", ImageFormat.Png, 2, 8)]
    [InlineData("progressive.jpg", ImageFormat.Jpeg, 3, 8)]
    [InlineData("cmyk.tif", ImageFormat.Tiff, 4, 8)]
    [InlineData("rgb-alpha.webp", ImageFormat.WebP, 4, 8)]
    [InlineData("frame.gif", ImageFormat.Gif, 3, 8)]
    public void ReadHeader_File_SaysWhatIsStored(string name, ImageFormat format, int channels, int bitDepth) =>
        Assert.Equal(new ImageHeader(format, 11, 9, channels, bitDepth, 1, 1), ImageCodec.ReadHeader(Fixture.Read(name)));

    [Fact]
    public void Decode_RotatedByExif_ReportsTheOrientationAndKeepsThePixels()
    {
        var (header, image) = ImageCodec.DecodeWithHeader(Fixture.Read("rotated.jpg"));
        Assert.Equal(6, header.Orientation);
        Assert.Equal((11, 9), (image.Width, image.Height));
    }

    [Fact]
    public void Decode_WithoutChannels_KeepsGreyGreyAndColourColour()
    {
        Assert.Equal(1, ImageCodec.Decode(Fixture.Read("grey-alpha.png"), channels: 0).Channels);
        Assert.Equal(3, ImageCodec.Decode(Fixture.Read("rgb-alpha.png"), channels: 0).Channels);
    }

    [Theory]
    [InlineData("", ImageFault.Empty, "is empty")]
    [InlineData("image,label\na.png,1\n", ImageFault.NotAnImage, "not an image")]
    [InlineData("<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", ImageFault.Unsupported, "SVG")]
    [InlineData("%PDF-1.7", ImageFault.Unsupported, "PDF")]
    public void Decode_NotAReadableImage_IsRefusedWithItsKind(string content, ImageFault fault, string word)
    {
        var refused = Assert.Throws<ImageException>(() => ImageCodec.Decode(Encoding.UTF8.GetBytes(content)));
        Assert.Equal(fault, refused.Fault);
        Assert.Contains(word, refused.Message);
    }

    [Theory]
    [InlineData("refused.bmp", "BMP")]
    [InlineData("refused-float.tif", "whole numbers")]
    public void Decode_UnsupportedFile_SaysWhy(string name, string word)
    {
        var refused = Assert.Throws<ImageException>(() => ImageCodec.Decode(Fixture.Read(name)));
        Assert.Equal(ImageFault.Unsupported, refused.Fault);
        Assert.Contains(word, refused.Message);
    }

    [Theory]
    [InlineData("rgb.png")]
    [InlineData("baseline.jpg")]
    [InlineData("progressive.jpg")]
    [InlineData("rgb-alpha.webp")]
    public void Decode_HalfAFile_IsTruncated(string name)
    {
        var file = Fixture.Read(name);
        var refused = Assert.Throws<ImageException>(() => ImageCodec.Decode(file.AsSpan(0, file.Length / 2)));
        Assert.Equal(ImageFault.Truncated, refused.Fault);
    }

    [Fact]
    public void Decode_DamagedPixelData_IsCorrupt()
    {
        var file = ImageCodec.Encode(Fixture.Pattern(64, 64, 3), ImageFormat.Png);
        file[file.Length / 2] ^= 0xFF;
        Assert.Equal(ImageFault.Corrupt, Assert.Throws<ImageException>(() => ImageCodec.Decode(file)).Fault);
    }

    [Fact]
    public void Decode_HugeHeader_IsRefusedBeforeAnyPixel()
    {
        var before = GC.GetTotalAllocatedBytes();
        var refused = Assert.Throws<ImageException>(() => ImageCodec.Decode(Fixture.PngClaiming(100_000, 100_000)));
        Assert.Equal(ImageFault.OverLimit, refused.Fault);
        Assert.Contains("100000 x 100000", refused.Message);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 10_000_000);
    }

    [Fact]
    public void Decode_MoreBytesThanAllowed_IsRefused()
    {
        var refused = Assert.Throws<ImageException>(() => ImageCodec.Decode(Fixture.Read("rgb.png"), limits: new ImageLimits(50, 1000)));
        Assert.Equal(ImageFault.OverLimit, refused.Fault);
    }

    [Fact]
    public void Decode_OnManyThreads_GivesEachItsOwnMessage()
    {
        byte[][] files = [[], "no"u8.ToArray(), Fixture.Read("refused.bmp"), Fixture.Read("rgb.png")[..40]];
        var alone = files.Select(Message).ToArray();
        Parallel.For(0, 400, i => Assert.Equal(alone[i % 4], Message(files[i % 4])));

        static string Message(byte[] file) => Assert.Throws<ImageException>(() => ImageCodec.Decode(file)).Message;
    }

    [Theory]
    [InlineData(ImageFormat.Png, 85, 0)]
    [InlineData(ImageFormat.WebP, 100, 0)]
    [InlineData(ImageFormat.Jpeg, 95, 12)]
    public void Encode_ThenDecode_GivesTheImageBack(ImageFormat format, int quality, double meanError)
    {
        var smooth = new PixelImage(40, 30, 3, [.. Enumerable.Range(0, 40 * 30 * 3).Select(i => (byte)(i / 15))]);
        var file = ImageCodec.Encode(smooth, format, quality);
        var back = ImageCodec.Decode(file);
        Assert.Equal(format, ImageCodec.ReadHeader(file).Format);
        Assert.InRange(smooth.Pixels.Zip(back.Pixels, (a, b) => Math.Abs(a - b)).Average(), 0, meanError);
    }

    [Fact]
    public void Thumbnail_LargeAndSmallImage_FitsTheSideAndNeverGrows()
    {
        var wide = ImageCodec.Thumbnail(ImageCodec.Encode(Fixture.Pattern(300, 150, 3), ImageFormat.Png), 96);
        var small = ImageCodec.Thumbnail(Fixture.Read("rgb.png"), 96, ImageFormat.Jpeg);
        Assert.Equal((ImageFormat.WebP, 96, 48), Facts(wide));
        Assert.Equal((ImageFormat.Jpeg, 11, 9), Facts(small));

        static (ImageFormat, int, int) Facts(byte[] file)
        {
            var header = ImageCodec.ReadHeader(file);
            return (header.Format, header.Width, header.Height);
        }
    }

    private static Dictionary<string, Dictionary<string, string>> Pillow() =>
        JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, string>>>(Fixture.Read("pillow.json"))!;
}
