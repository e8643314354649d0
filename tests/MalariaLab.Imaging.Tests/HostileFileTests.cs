using System.IO.Compression;
using MalariaLab.Testing;
using Xunit;

namespace MalariaLab.Imaging.Tests;

/// <summary>Damaged files: whatever happens to the bytes, the answer is an image or a refusal with a sentence, and the process lives.</summary>
public sealed class HostileFileTests
{
    private static readonly ImageLimits Limits = new(10_000_000, 10_000_000);

    [Fact]
    public void Check_HundredVariantsOfRealFiles_DecodeOrAreRefusedWithASentence()
    {
        var files = RealFiles("nih-malaria-cells.zip", 5).Concat(RealFiles("chest-xray-originals.zip", 5)).ToList();
        var variants = files.SelectMany((file, seed) => Variants(file, seed, count: 10)).ToList();
        Assert.Equal(100, variants.Count);

        var checks = variants.AsParallel().AsOrdered().Select(variant => ImageValidator.Check(variant, "image.png", Limits)).ToList();

        Assert.All(checks, check => Assert.True(check.IsUsable || check.Reason!.StartsWith("This file cannot be used: ", StringComparison.Ordinal)));
        // Each kind of damage must have been met, or the variants test nothing.
        Assert.Contains(checks, check => check.Fault == ImageFault.Truncated);
        Assert.Contains(checks, check => check.Fault == ImageFault.Corrupt);
        Assert.Contains(checks, check => check.Fault == ImageFault.OverLimit);
        Assert.Contains(checks, check => check.Fault == ImageFault.NotAnImage);
    }

    [Fact]
    public void Check_DamagedFixturesOfEveryFormat_NeverEndTheProcess()
    {
        string[] names = ["rgb.png", "grey-16.png", "palette.png", "baseline.jpg", "progressive.jpg", "cmyk.jpg", "rgb.tif", "lzw.tif", "cmyk.tif", "rgb-alpha.webp", "frame.gif"];
        var refused = 0;
        Parallel.ForEach(names.SelectMany((name, seed) => Variants(Fixture.Read(name), seed, count: 60)), variant =>
        {
            if (!ImageValidator.Check(variant, "x", Limits).IsUsable) Interlocked.Increment(ref refused);
        });
        Assert.InRange(refused, 200, 650);
    }

    private static IEnumerable<byte[]> Variants(byte[] file, int seed, int count)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var variant = file.ToArray();
            switch (i % 5)
            {
                case 0: // cut off
                    variant = variant[..random.Next(9, variant.Length)];
                    break;
                case 1: // bits flipped anywhere
                    for (var flip = 1 + random.Next(8); flip > 0; flip--) variant[random.Next(variant.Length)] ^= (byte)(1 << random.Next(8));
                    break;
                case 2: // a header that lies, most of all about the size
                    Overwrite(variant, from: 8, to: Math.Min(200, variant.Length), count: 6);
                    if (variant[1] == 'P' && i % 10 == 2) variant = Fixture.PngClaiming((uint)random.Next(5_000, 900_000), (uint)random.Next(5_000, 900_000));
                    break;
                case 3: // a stretch of noise
                    var start = random.Next(variant.Length);
                    random.NextBytes(variant.AsSpan(start, Math.Min(random.Next(1, 400), variant.Length - start)));
                    break;
                default: // another kind of file altogether
                    Overwrite(variant, from: 0, to: 4, count: 4);
                    break;
            }
            yield return variant;

            void Overwrite(byte[] bytes, int from, int to, int count)
            {
                for (; count > 0; count--) bytes[random.Next(from, to)] = (byte)random.Next(256);
            }
        }
    }

    private static List<byte[]> RealFiles(string archive, int take)
    {
        using var zip = ZipFile.OpenRead(SharedFiles.Data(archive));
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
}
