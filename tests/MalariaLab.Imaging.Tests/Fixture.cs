using System.IO.Compression;

namespace MalariaLab.Imaging.Tests;

/// <summary>Small files beside the tests, and images that are computed.</summary>
internal static class Fixture
{
    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures", name));

    /// <summary>The same bytes that the reference hashes in the resampling test were made from.</summary>
    public static PixelImage Pattern(int width, int height, int channels)
    {
        var pixels = new byte[width * height * channels];
        for (long i = 0; i < pixels.Length; i++) pixels[i] = (byte)((i * i * 7) + (i * 13) + (i / 3 * 5));
        return new PixelImage(width, height, channels, pixels);
    }

    /// <summary>A well-formed PNG whose header claims any size and whose pixel data are a few bytes.</summary>
    public static byte[] PngClaiming(uint width, uint height)
    {
        using var stream = new MemoryStream();
        stream.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        WriteChunk(stream, "IHDR", [.. BigEndian(width), .. BigEndian(height), 8, 2, 0, 0, 0]);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true)) zlib.Write(new byte[100]);
        WriteChunk(stream, "IDAT", packed.ToArray());
        WriteChunk(stream, "IEND", []);
        return stream.ToArray();
    }

    public static void WriteChunk(Stream stream, string type, byte[] body)
    {
        byte[] typed = [.. System.Text.Encoding.ASCII.GetBytes(type), .. body];
        stream.Write(BigEndian((uint)body.Length));
        stream.Write(typed);
        stream.Write(BigEndian(Crc32(typed)));
    }

    public static byte[] BigEndian(uint value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    private static uint Crc32(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
        }
        return ~crc;
    }
}
