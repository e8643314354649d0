using System.Buffers.Binary;
using MalariaLab.Imaging.Sources;
using Xunit;

namespace MalariaLab.Imaging.Tests.Sources;

public sealed class ZipSourceTests
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * i))];

    [Fact]
    public void Read_DeflatedAndStored_GivesTheBytes()
    {
        using var archive = new TestArchive(zip =>
        {
            foreach (var (name, level) in new[] { ("A/1.png", System.IO.Compression.CompressionLevel.Fastest), ("A/2.png", System.IO.Compression.CompressionLevel.NoCompression) })
            {
                using var stream = zip.CreateEntry(name, level).Open();
                stream.Write(Content);
            }
            zip.CreateEntry("A/");
        });
        using var source = ImageSource.Open(archive.Path);
        Assert.Equal(["A/1.png", "A/2.png"], source.Files.Select(f => f.Path));
        foreach (var file in source.Files) Assert.Equal(Content, source.Read(file));
    }

    [Theory]
    [InlineData("../evil.png", "leaves its folder")]
    [InlineData("A/../../evil.png", "leaves its folder")]
    [InlineData("/etc/evil.png", "absolute")]
    [InlineData("C:/evil.png", "absolute")]
    [InlineData("A\\evil.png", "backslash")]
    [InlineData("A/ev\nil.png", "control")]
    public void Open_HostileName_IsRefused(string name, string because)
    {
        using var archive = new TestArchive(("A/1.png", Content), (name, Content));
        AssertRefused(archive, because);
    }

    [Fact]
    public void Open_NamesInTheCodePageOfDos_AreToldApart()
    {
        using var archive = new TestArchive(("A/a.png", Content), ("A/o.png", [1])).Patch((bytes, entry) =>
        {
            bytes[entry + 46 + 2] = 0x84;
            bytes[entry + 46 + "A/a.png".Length + 46 + 2] = 0x94;
            return bytes;
        });
        using var source = ImageSource.Open(archive.Path);
        Assert.Equal(["A/ä.png", "A/ö.png"], source.Files.Select(f => f.Path));
        Assert.Equal(Content, source.Read(source.Files[0]));
    }

    [Fact]
    public void Open_DuplicateName_IsRefused()
    {
        using var archive = new TestArchive(("A/1.png", Content), ("A/1.png", [1]));
        AssertRefused(archive, "twice");
    }

    [Fact]
    public void Open_Link_IsRefused()
    {
        using var archive = new TestArchive(zip =>
        {
            var entry = zip.CreateEntry("A/1.png");
            entry.ExternalAttributes = unchecked((int)0xA1FF0000);
            using var stream = entry.Open();
            stream.Write("/etc/passwd"u8);
        });
        AssertRefused(archive, "link");
    }

    [Fact]
    public void Open_Encrypted_IsRefused()
    {
        using var archive = new TestArchive(("A/1.png", Content)).Patch((bytes, entry) =>
        {
            bytes[entry + 8] |= 1;
            return bytes;
        });
        AssertRefused(archive, "encrypted");
    }

    [Fact]
    public void Open_UnknownMethod_IsRefused()
    {
        using var archive = new TestArchive(("A/1.png", Content)).Patch((bytes, entry) =>
        {
            bytes[entry + 10] = 14;
            return bytes;
        });
        AssertRefused(archive, "Deflate");
    }

    [Fact]
    public void Open_OverlappingFiles_IsRefused()
    {
        using var archive = new TestArchive(("A/1.png", Content), ("A/2.png", Content)).Patch((bytes, entry) =>
        {
            var second = entry + 46 + "A/1.png".Length;
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(second + 42), 0);
            return bytes;
        });
        AssertRefused(archive, "share their data");
    }

    [Fact]
    public void Open_Bomb_IsRefused()
    {
        using var archive = new TestArchive(("A/1.png", new byte[8 << 20]));
        AssertRefused(archive, "zip bomb", new SourceLimits { RatioFreeBytes = 1 << 20 });
        AssertRefused(archive, "unpacks to", new SourceLimits { MaxTotalBytes = 1 << 20 });
    }

    [Fact]
    public void Read_MoreBytesThanDeclared_StopsThere()
    {
        using var archive = new TestArchive(("A/1.png", new byte[8 << 20]), ("A/2.png", Content)).Patch((bytes, entry) =>
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(entry + 24), 1000);
            return bytes;
        });
        using var source = ImageSource.Open(archive.Path);
        Assert.Equal(ImageFault.Corrupt, Assert.Throws<ImageException>(() => source.Read(source.Files[0])).Fault);
        Assert.Equal(Content, source.Read(source.Files[1]));
    }

    [Fact]
    public void Read_WrongChecksum_IsCorrupt()
    {
        using var archive = new TestArchive(("A/1.png", Content)).Patch((bytes, entry) =>
        {
            bytes[entry + 16] ^= 1;
            return bytes;
        });
        using var source = ImageSource.Open(archive.Path);
        Assert.Contains("checksum", Assert.Throws<ImageException>(() => source.Read(source.Files[0])).Message);
    }

    [Fact]
    public void Read_FileOverLimit_IsListedNotRead()
    {
        using var archive = new TestArchive(("A/1.png", Content));
        using var source = ImageSource.Open(archive.Path, new() { MaxFileBytes = 4999 });
        Assert.Equal(ImageFault.OverLimit, Assert.Throws<ImageException>(() => source.Read(source.Files[0])).Fault);
    }

    [Fact]
    public void Open_MillionEntries_IsRefusedByTheCountAlone()
    {
        using var archive = new TestArchive(("A/1.png", Content));
        var zip64 = new byte[56 + 20 + 22];
        BinaryPrimitives.WriteUInt32LittleEndian(zip64, 0x06064b50);
        BinaryPrimitives.WriteInt64LittleEndian(zip64.AsSpan(32), 1_000_000);
        BinaryPrimitives.WriteUInt32LittleEndian(zip64.AsSpan(56), 0x07064b50);
        BinaryPrimitives.WriteUInt32LittleEndian(zip64.AsSpan(76), 0x06054b50);
        zip64.AsSpan(76 + 8, 12).Fill(255);
        File.WriteAllBytes(archive.Path, zip64);
        AssertRefused(archive, "1,000,000 entries");
    }

    [Fact]
    public void Open_CountTooSmall_IsRefused()
    {
        using var archive = new TestArchive(("A/1.png", Content), ("A/2.png", Content)).Patch((bytes, _) =>
        {
            bytes[^14] = bytes[^12] = 1;
            return bytes;
        });
        AssertRefused(archive, "damaged");
    }

    [Fact]
    public void Open_CutOff_IsRefused()
    {
        using var archive = new TestArchive(("A/1.png", Content));
        archive.Patch((bytes, _) => bytes[..(bytes.Length / 2)]);
        AssertRefused(archive, "its end is missing");
        File.WriteAllBytes(archive.Path, []);
        AssertRefused(archive, "its end is missing");
    }

    [Fact]
    public void Open_AnyDamage_RefusesOrReadsTheTrueBytes()
    {
        var random = new Random(1);
        for (var round = 0; round < 300; round++)
        {
            using var archive = new TestArchive(("A/1.png", Content), ("B/2.png", [1, 2, 3])).Patch((bytes, entry) =>
            {
                for (var n = random.Next(1, 4); n > 0; n--)
                    bytes[random.Next(2) == 0 ? random.Next(bytes.Length) : random.Next(entry, bytes.Length)] = (byte)random.Next(256);
                return bytes;
            });
            try
            {
                using var source = ImageSource.Open(archive.Path);
                foreach (var file in source.Files)
                {
                    try { Assert.True(source.Read(file) is { Length: 5000 or 3 }); }
                    catch (ImageException) { }
                }
            }
            catch (SourceRefusedException) { }
        }
    }

    [Fact]
    public void Open_RealArchive_ReadsEveryFile()
    {
        using var source = ImageSource.Open(Testing.SharedFiles.Data("chest-xray-originals.zip"));
        Assert.Equal(60, source.Files.Count);
        Assert.All(source.Files, file => Assert.Equal(file.Length, source.Read(file).Length));
    }

    private static void AssertRefused(TestArchive archive, string because, SourceLimits? limits = null)
    {
        var refusal = Assert.Throws<SourceRefusedException>(() => ImageSource.Open(archive.Path, limits));
        Assert.Contains(because, refusal.Message);
    }
}
