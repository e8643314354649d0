namespace MalariaLab.Imaging.Sources;

/// <summary>A folder and what lies below it. Links are not followed and are passed over, so that nothing outside the folder is read.</summary>
public sealed class FolderSource : ImageSource
{
    private readonly string root;
    private readonly SourceLimits limits;

    /// <summary>Lists the folder.</summary>
    /// <exception cref="SourceRefusedException">Too many files or bytes, or the folder cannot be read.</exception>
    public FolderSource(string path, SourceLimits limits)
    {
        root = Path.GetFullPath(path);
        this.limits = limits;
        var files = new List<SourceFile>();
        var total = 0L;
        try
        {
            var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false };
            foreach (var file in new DirectoryInfo(root).EnumerateFiles("*", options))
            {
                if (files.Count == limits.MaxEntries)
                    throw new SourceRefusedException($"The folder has more than {limits.MaxEntries:N0} files. Import it in parts.");
                total += file.Length;
                files.Add(new(Path.GetRelativePath(root, file.FullName).Replace(Path.DirectorySeparatorChar, '/'), file.Length));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SourceRefusedException("A part of the folder cannot be read. Give the lab's account the right to read all of it.", e);
        }
        if (total > limits.MaxTotalBytes)
            throw new SourceRefusedException($"The folder has {total:N0} bytes and {limits.MaxTotalBytes:N0} are allowed. Import it in parts.");
        files.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        Files = files;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<SourceFile> Files { get; }

    /// <inheritdoc/>
    public override byte[] Read(SourceFile file)
    {
        if (file.Length > limits.MaxFileBytes) throw TooLarge(file.Length, limits.MaxFileBytes);
        // What looks empty may be a pipe, and to open one waits for somebody who writes into it.
        if (file.Length == 0) return [];
        try
        {
            using var handle = File.OpenHandle(Path.Combine(root, file.Path));
            var length = RandomAccess.GetLength(handle);
            if (length > limits.MaxFileBytes) throw TooLarge(length, limits.MaxFileBytes);
            var bytes = new byte[length];
            var read = 0;
            while (read < bytes.Length)
            {
                var count = RandomAccess.Read(handle, bytes.AsSpan(read), read);
                if (count == 0) throw new ImageException(ImageFault.Truncated, "This file cannot be used: it became shorter while it was read.");
                read += count;
            }
            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImageException(ImageFault.Corrupt, "This file cannot be used: it could not be read from the folder.");
        }
    }
}
