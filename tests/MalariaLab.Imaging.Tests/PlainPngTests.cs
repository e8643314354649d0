using System.IO.Compression;
using System.Text;
using Xunit;

namespace MalariaLab.Imaging.Tests;

/// <summary>PNGs written byte by byte, so that every filter, channel count and layout of chunks is met, whatever an encoder would choose.</summary>
public sealed class PlainPngTests
{
    private const int Width = 37;
    private const int Height = 23;

    [Theory]
    [InlineData(0, 1)]
    [InlineData(4, 2)]
    [InlineData(2, 3)]
    [InlineData(6, 4)]
    public void Decode_EveryFilterInPiecesWithRemarks_GivesTheSamples(byte colour, int channels)
    {
        var samples = Samples(channels);

        var (header, image) = ImageCodec.DecodeWithHeader(Png(colour, channels, samples, pieces: 3), channels: 0);

        Assert.Equal(new ImageHeader(ImageFormat.Png, Width, Height, channels, 8, 1, 1), header);
        // Alpha is dropped.
        var kept = channels >= 3 ? 3 : 1;
        Assert.Equal(samples.Chunk(channels).SelectMany(pixel => pixel[..kept]), image.Pixels);
    }

    [Fact]
    public void Decode_EveryByteChangedInTurn_NeverGivesOtherSamples()
    {
        var samples = Samples(1);
        var file = Png(0, 1, samples, pieces: 1);
        var mistaken = ParallelEnumerable.Range(8, file.Length - 8).Where(at =>
        {
            var variant = file.ToArray();
            variant[at] ^= 0x11;
            return ImageValidator.Check(variant, "x.png").IsUsable && !ImageCodec.Decode(variant, 0).Pixels.SequenceEqual(samples);
        });
        Assert.Empty(mistaken);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    public void Decode_RowsMissingOrAnUnknownFilter_IsRefused(int missingRows, int filterShift)
    {
        var file = Png(2, 3, Samples(3), 1, missingRows, filterShift * 5);
        Assert.Throws<ImageException>(() => ImageCodec.Decode(file));
    }

    [Theory]
    [InlineData("t1XT")]
    [InlineData("~EXt")]
    public void Decode_ARemarkUnderANameThatIsNone_IsRefusedAsByTheHeader(string name)
    {
        var file = Png(2, 3, Samples(3), 1, remark: name);
        Assert.Throws<ImageException>(() => ImageCodec.ReadHeader(file));
        Assert.Throws<ImageException>(() => ImageCodec.Decode(file));
    }

    private static byte[] Samples(int channels)
    {
        var samples = new byte[Width * Height * channels];
        new Random(channels).NextBytes(samples);
        return samples;
    }

    private static byte[] Png(byte colour, int channels, byte[] samples, int pieces, int missingRows = 0, int filterShift = 0, string remark = "tEXt")
    {
        var stride = Width * channels;
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            for (var y = 0; y < Height - missingRows; y++)
            {
                zlib.WriteByte((byte)((y % 5) + filterShift));
                for (var x = 0; x < stride; x++)
                {
                    int left = At(x - channels, y), above = At(x, y - 1), corner = At(x - channels, y - 1);
                    zlib.WriteByte((byte)(At(x, y) - (y % 5) switch { 1 => left, 2 => above, 3 => (left + above) / 2, 4 => Paeth(left, above, corner), _ => 0 }));
                }
            }

        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        Fixture.WriteChunk(file, "IHDR", [.. Fixture.BigEndian(Width), .. Fixture.BigEndian(Height), 8, colour, 0, 0, 0]);
        Fixture.WriteChunk(file, remark, Encoding.ASCII.GetBytes("Comment\0none"));
        foreach (var piece in packed.ToArray().Chunk((int)(packed.Length / pieces) + 1)) Fixture.WriteChunk(file, "IDAT", piece);
        Fixture.WriteChunk(file, "tIME", new byte[] { 7, 230, 1, 1, 0, 0, 0 });
        Fixture.WriteChunk(file, "IEND", []);
        return file.ToArray();

        int At(int x, int y) => x < 0 || y < 0 ? 0 : samples[(y * stride) + x];
    }

    private static int Paeth(int left, int above, int corner)
    {
        var guess = left + above - corner;
        var (byLeft, byAbove, byCorner) = (Math.Abs(guess - left), Math.Abs(guess - above), Math.Abs(guess - corner));
        return byLeft <= byAbove && byLeft <= byCorner ? left : byAbove <= byCorner ? above : corner;
    }
}
