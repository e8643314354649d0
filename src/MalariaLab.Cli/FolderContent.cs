using System.IO.Compression;
using System.Net;

namespace MalariaLab.Cli;

/// <summary>A folder sent as an uncompressed zip that is made while it is sent; links are left out.</summary>
public sealed class FolderContent(string folder) : HttpContent
{
    private static readonly EnumerationOptions Walk = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await using var zip = await ZipArchive.CreateAsync(stream, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null);
        foreach (var file in Directory.EnumerateFiles(folder, "*", Walk).Order(StringComparer.Ordinal))
            await zip.CreateEntryFromFileAsync(file, Path.GetRelativePath(folder, file), CompressionLevel.NoCompression);
    }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
