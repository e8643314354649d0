using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using Microsoft.Win32.SafeHandles;

namespace MalariaLab.Imaging.Sources;

/// <summary>
/// The central directory of a zip archive (APPNOTE 6.3), with zip64. The framework's own reader builds every entry of a hostile directory
/// before it can be asked how many there are, and cannot be read from several threads.
/// </summary>
internal static class ZipDirectory
{
    private const int EndLength = 22;
    private const int LocalHeaderLength = 30;
    private static readonly Encoding CodePage437 = CodePagesEncodingProvider.Instance.GetEncoding(437)!;

    /// <summary>Reads and checks all entries; folders are left out.</summary>
    /// <exception cref="SourceRefusedException">The archive cannot be imported.</exception>
    public static IReadOnlyList<SourceFile> Read(SafeFileHandle handle, SourceLimits limits)
    {
        var archiveLength = RandomAccess.GetLength(handle);
        var (offset, length, count) = FindDirectory(handle, archiveLength);
        if (count > limits.MaxEntries)
            throw new SourceRefusedException($"The archive has {count:N0} entries and {limits.MaxEntries:N0} are allowed. Pack the images in several archives.");
        // 46 bytes and a name each: the directory of an honest archive is not longer than this, whatever its declared count.
        if (length > limits.MaxEntries * 256L || length < 0 || offset < 0 || offset > archiveLength - length) throw Truncated();
        var directory = new byte[length];
        if (ReadFully(handle, directory, offset) < directory.Length) throw Truncated();

        var files = new List<SourceFile>((int)count);
        var names = new HashSet<string>((int)count, StringComparer.Ordinal);
        var rest = directory.AsSpan();
        for (var i = 0L; i < count; i++)
        {
            var file = ReadEntry(ref rest);
            if (!names.Add(file.Path)) throw new SourceRefusedException($"The archive names \"{Shown(file.Path)}\" twice. Pack it again.");
            if (!file.Path.EndsWith('/')) files.Add(file);
        }
        // A count of 65,536 too few, or a false one: what the directory holds beyond it would go unseen.
        if (rest.Length >= 4 && UInt32(rest, 0) == 0x02014b50) throw Truncated();
        CheckSizes(files, offset, archiveLength, limits);
        return files;
    }

    /// <summary>Where the packed bytes of an entry begin, or null when its local header is damaged.</summary>
    public static long? DataOffset(SafeFileHandle handle, SourceFile file)
    {
        Span<byte> header = stackalloc byte[LocalHeaderLength];
        if (ReadFully(handle, header, file.Offset) < LocalHeaderLength || UInt32(header, 0) != 0x04034b50) return null;
        return file.Offset + LocalHeaderLength + UInt16(header, 26) + UInt16(header, 28);
    }

    private static SourceFile ReadEntry(ref Span<byte> rest)
    {
        if (rest.Length < 46 || UInt32(rest, 0) != 0x02014b50) throw Truncated();
        var (madeBy, flags, method, crc) = (UInt16(rest, 4), UInt16(rest, 8), UInt16(rest, 10), UInt32(rest, 16));
        long packed = UInt32(rest, 20), unpacked = UInt32(rest, 24), offset = UInt32(rest, 42);
        int nameLength = UInt16(rest, 28), extraLength = UInt16(rest, 30), commentLength = UInt16(rest, 32);
        var unixMode = madeBy >> 8 == 3 ? UInt32(rest, 38) >> 16 : 0;
        if (rest.Length < 46 + nameLength + extraLength + commentLength) throw Truncated();
        var path = NameOf(rest.Slice(46, nameLength));
        ReadZip64(rest.Slice(46 + nameLength, extraLength), ref unpacked, ref packed, ref offset);
        rest = rest[(46 + nameLength + extraLength + commentLength)..];

        CheckName(path);
        if ((unixMode & 0xF000) == 0xA000)
            throw new SourceRefusedException($"The archive has a link, \"{Shown(path)}\". Pack it again with the files themselves.");
        if ((flags & 1) != 0 || (flags & 0x40) != 0)
            throw new SourceRefusedException($"The archive is encrypted (\"{Shown(path)}\"). Pack it again without a password.");
        if (method is not (0 or 8))
            throw new SourceRefusedException($"\"{Shown(path)}\" is packed by a method other than Deflate. Pack the archive again with an ordinary zip program.");
        if (packed < 0 || unpacked < 0 || offset < 0) throw Truncated();
        return new(path, unpacked, offset, packed, method == 8, crc);
    }

    /// <summary>Old programs write names in the code page of DOS and do not say so; read as UTF-8, "ä.png" and "ö.png" would be one name.</summary>
    private static string NameOf(ReadOnlySpan<byte> bytes) => Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : CodePage437.GetString(bytes);

    private static void CheckName(string path)
    {
        var reason =
            path.Length == 0 ? "an entry without a name" :
            path.Contains('\\') ? $"a name with a backslash, \"{Shown(path)}\"" :
            path[0] == '/' || (path.Length > 1 && path[1] == ':') ? $"an absolute name, \"{Shown(path)}\"" :
            path.Split('/').Contains("..") ? $"a name that leaves its folder, \"{Shown(path)}\"" :
            path.Any(char.IsControl) ? $"a name with control characters, \"{Shown(path)}\"" : null;
        if (reason is not null) throw new SourceRefusedException($"The archive has {reason}. Pack it again with plain relative names.");
    }

    private static void CheckSizes(List<SourceFile> files, long directoryOffset, long archiveLength, SourceLimits limits)
    {
        var total = files.Sum(file => (decimal)file.Length);
        if (total > limits.MaxTotalBytes)
            throw new SourceRefusedException($"The archive unpacks to {total:N0} bytes and {limits.MaxTotalBytes:N0} are allowed. Pack the images in several archives.");
        if (total > limits.RatioFreeBytes && total > (decimal)archiveLength * limits.MaxRatio)
            throw new SourceRefusedException(
                $"The archive unpacks to {total / archiveLength:N0} times its size and {limits.MaxRatio} times is allowed; no collection of images does. "
                    + "It looks like a zip bomb.");
        var end = 0L;
        foreach (var file in files.OrderBy(file => file.Offset))
        {
            if (file.Offset < end)
                throw new SourceRefusedException($"Files of the archive share their data (\"{Shown(file.Path)}\"), as in a zip bomb. Pack it again.");
            if (file.PackedLength > directoryOffset - file.Offset - LocalHeaderLength) throw Truncated();
            end = file.Offset + LocalHeaderLength + file.PackedLength;
        }
    }

    private static (long Offset, long Length, long Count) FindDirectory(SafeFileHandle handle, long archiveLength)
    {
        var tail = new byte[(int)Math.Min(archiveLength, EndLength + ushort.MaxValue)];
        ReadFully(handle, tail, archiveLength - tail.Length);
        for (var i = tail.Length - EndLength; i >= 0; i--)
        {
            if (UInt32(tail, i) != 0x06054b50) continue;
            var record = tail.AsSpan(i);
            long count = UInt16(record, 10), length = UInt32(record, 12), offset = UInt32(record, 16);
            if (UInt16(record, 4) != UInt16(record, 6) || UInt16(record, 8) != UInt16(record, 10))
                throw new SourceRefusedException("The archive is one part of several. Join the parts first.");
            if (count != ushort.MaxValue && length != uint.MaxValue && offset != uint.MaxValue) return (offset, length, count);
            return ReadZip64End(handle, archiveLength - tail.Length + i) ?? (offset, length, count);
        }
        throw NotAZip();
    }

    private static (long Offset, long Length, long Count)? ReadZip64End(SafeFileHandle handle, long end)
    {
        Span<byte> locator = stackalloc byte[20];
        if (end < 20 || ReadFully(handle, locator, end - 20) < 20 || UInt32(locator, 0) != 0x07064b50) return null;
        Span<byte> record = stackalloc byte[56];
        var position = BinaryPrimitives.ReadInt64LittleEndian(locator[8..]);
        if (position < 0 || ReadFully(handle, record, position) < 56 || UInt32(record, 0) != 0x06064b50) throw Truncated();
        var count = BinaryPrimitives.ReadInt64LittleEndian(record[32..]);
        if (count < 0) throw Truncated();
        return (BinaryPrimitives.ReadInt64LittleEndian(record[48..]), BinaryPrimitives.ReadInt64LittleEndian(record[40..]), count);
    }

    private static void ReadZip64(ReadOnlySpan<byte> extra, ref long unpacked, ref long packed, ref long offset)
    {
        while (extra.Length >= 4)
        {
            int id = UInt16(extra, 0), length = UInt16(extra, 2);
            if (length > extra.Length - 4) return;
            if (id == 1)
            {
                var values = extra.Slice(4, length);
                Take(ref values, ref unpacked);
                Take(ref values, ref packed);
                Take(ref values, ref offset);
                return;
            }
            extra = extra[(4 + length)..];
        }

        static void Take(ref ReadOnlySpan<byte> values, ref long value)
        {
            if (value != uint.MaxValue || values.Length < 8) return;
            value = BinaryPrimitives.ReadInt64LittleEndian(values);
            values = values[8..];
        }
    }

    private static int ReadFully(SafeFileHandle handle, Span<byte> buffer, long offset)
    {
        var read = 0;
        while (read < buffer.Length)
        {
            var count = RandomAccess.Read(handle, buffer[read..], offset + read);
            if (count == 0) break;
            read += count;
        }
        return read;
    }

    private static string Shown(string path) => path.Length <= 80 ? path : path[..80] + "…";

    private static ushort UInt16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint UInt32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    internal static SourceRefusedException NotAZip() => new("The file is not a zip archive, or its end is missing. If it was uploaded or downloaded, do that again.");

    private static SourceRefusedException Truncated() =>
        new("The archive's table of contents is damaged or cut off. If it was uploaded or downloaded, do that again.");
}
