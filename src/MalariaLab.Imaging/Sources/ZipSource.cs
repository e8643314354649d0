using System.IO.Compression;
using Microsoft.Win32.SafeHandles;

namespace MalariaLab.Imaging.Sources;

/// <summary>
/// A zip archive, read in place. Names, sizes, links, encryption and overlaps are checked before the first file is opened, and a file never
/// yields more bytes than it declared, so that the declared total is a true limit.
/// </summary>
public sealed class ZipSource : ImageSource
{
    private readonly SafeFileHandle handle;
    private readonly SourceLimits limits;

    /// <summary>Opens the archive and reads its directory.</summary>
    /// <exception cref="SourceRefusedException">The archive is hostile, damaged or too large.</exception>
    public ZipSource(string path, SourceLimits limits)
    {
        this.limits = limits;
        handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.RandomAccess);
        try
        {
            Files = ZipDirectory.Read(handle, limits);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<SourceFile> Files { get; }

    /// <inheritdoc/>
    public override byte[] Read(SourceFile file)
    {
        if (file.Length > limits.MaxFileBytes) throw TooLarge(file.Length, limits.MaxFileBytes);
        if (!file.IsDeflated && file.PackedLength != file.Length) throw Damaged();
        var bytes = new byte[file.Length];
        // A packed size may be declared larger than any deflated form of this content; read no more of it than could be needed.
        using var packed = new SlicedStream(handle, ZipDirectory.DataOffset(handle, file) ?? throw Damaged(), file.PackedLength);
        try
        {
            using Stream stream = file.IsDeflated ? new DeflateStream(packed, CompressionMode.Decompress) : packed;
            stream.ReadExactly(bytes);
            if (stream.ReadByte() >= 0) throw Damaged();
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw Damaged();
        }
        if (Crc32.Of(bytes) != file.Crc32)
            throw new ImageException(ImageFault.Corrupt, "This file cannot be used: its checksum in the archive is wrong, so it was damaged after packing.");
        return bytes;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        handle.Dispose();
        base.Dispose();
    }

    private static ImageException Damaged() =>
        new(ImageFault.Corrupt, "This file cannot be used: its packed data in the archive is damaged.");

    /// <summary>A part of a file as a stream, without a shared position.</summary>
    private sealed class SlicedStream(SafeFileHandle handle, long offset, long length) : Stream
    {
        private long position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position { get => position; set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            var wanted = (int)Math.Min(buffer.Length, length - position);
            if (wanted <= 0) return 0;
            var read = RandomAccess.Read(handle, buffer[..wanted], offset + position);
            position += read;
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
