using System.IO.Compression;
using MalariaLab.Imaging;

namespace MalariaLab.Worker.Tests;

/// <summary>Small drawn cells of two classes, the same in every test: the infected ones have a dark dot.</summary>
internal static class TestCells
{
    /// <summary>Writes a zip of class folders; names carry a patient, as NIH's do.</summary>
    public static void WriteZip(string path, int imagesPerClass, int firstNumber = 0, params (string Name, byte[] Bytes)[] others)
    {
        using var stream = File.Create(path);
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create);
        for (var i = firstNumber; i < firstNumber + (imagesPerClass * 2); i++)
            Write(zip, $"cells/{(i % 2 == 0 ? "Parasitized" : "Uninfected")}/C{i % 7}P{i % 7}_cell_{i}.png", Paint(i, infected: i % 2 == 0));
        foreach (var (name, bytes) in others) Write(zip, name, bytes);
    }

    /// <summary>The image with a number.</summary>
    public static byte[] Paint(int number, bool infected)
    {
        var random = new Random(number);
        var side = random.Next(20, 32);
        var (dotX, dotY) = (random.Next(6, side - 6), random.Next(6, side - 6));
        var pixels = new byte[side * side * 3];
        for (var y = 0; y < side; y++)
            for (var x = 0; x < side; x++)
            {
                var dark = infected && ((x - dotX) * (x - dotX)) + ((y - dotY) * (y - dotY)) < 9;
                for (var c = 0; c < 3; c++) pixels[(((y * side) + x) * 3) + c] = (byte)((dark ? 60 : 170) + (c * 15) + random.Next(-25, 25));
            }
        return ImageCodec.Encode(new PixelImage(side, side, 3, pixels), ImageFormat.Png);
    }

    /// <summary>Writes a zip that keeps even a machine of many cores busy for longer than a test needs to step in: large images, that differ in a comment only.</summary>
    public static void WriteSlowZip(string path)
    {
        const int Images = 3000, Side = 2400;
        var jpeg = ImageCodec.Encode(new PixelImage(Side, Side, 3, new byte[Side * Side * 3]), ImageFormat.Jpeg);
        using var stream = File.Create(path);
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create);
        // A comment segment (FF FE, length 4) stands behind the first two bytes of the file.
        for (var i = 0; i < Images; i++)
            Write(zip, $"{(i % 2 == 0 ? "A" : "B")}/{i}.jpg", [.. jpeg[..2], 0xFF, 0xFE, 0, 4, (byte)(i >> 8), (byte)i, .. jpeg[2..]]);
    }

    private static void Write(ZipArchive zip, string name, byte[] bytes)
    {
        using var entry = zip.CreateEntry(name, CompressionLevel.Fastest).Open();
        entry.Write(bytes);
    }
}
