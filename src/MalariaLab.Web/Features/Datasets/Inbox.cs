using MalariaLab.Data;

namespace MalariaLab.Web.Features.Datasets;

/// <summary>Something in the inbox that can be imported.</summary>
/// <param name="Name">Name below the inbox.</param>
/// <param name="IsFolder">True for a folder, false for a zip.</param>
/// <param name="Bytes">Bytes of a zip; 0 for a folder, which is not counted for a list.</param>
/// <param name="ChangedAt">Last change.</param>
public sealed record InboxEntry(string Name, bool IsFolder, long Bytes, DateTimeOffset ChangedAt);

/// <summary>The folder that people put archives into when a browser is not the way.</summary>
public sealed class Inbox(LabPaths paths)
{
    /// <summary>The folder.</summary>
    public string Folder => paths.Inbox;

    /// <summary>Its zips and folders by name; links are passed over.</summary>
    public IReadOnlyList<InboxEntry> List()
    {
        var inbox = new DirectoryInfo(paths.Inbox);
        if (!inbox.Exists) return [];
        return
        [
            .. inbox.EnumerateFileSystemInfos()
                .Where(e => e.LinkTarget is null && !e.Name.StartsWith('.') && (e is DirectoryInfo || e.Extension.Equals(".zip", StringComparison.OrdinalIgnoreCase)))
                .OrderBy(e => e.Name, StringComparer.Ordinal)
                .Select(e => new InboxEntry(e.Name, e is DirectoryInfo, (e as FileInfo)?.Length ?? 0, e.LastWriteTimeUtc)),
        ];
    }
}
