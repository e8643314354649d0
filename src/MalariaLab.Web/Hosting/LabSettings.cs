using MalariaLab.Core;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;

namespace MalariaLab.Web.Hosting;

/// <summary>Section <c>Lab</c> of appsettings.json.</summary>
public sealed class LabSettings
{
    /// <summary>Folder that holds everything the lab keeps; relative to the working directory.</summary>
    public string Data { get; set; } = "data";

    /// <summary>Folder whose archives can be imported without an upload; empty takes <c>inbox</c> below the data folder.</summary>
    public string Inbox { get; set; } = "";

    /// <summary>Kind of database.</summary>
    public LabDatabase Database { get; set; } = LabDatabase.Sqlite;

    /// <summary>PostgreSQL's connection string.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>The owner's word that other machines may connect; without it only loopback addresses are accepted.</summary>
    public bool AllowRemote { get; set; }

    /// <summary>Language for visitors who have not chosen one: <c>en</c> or <c>zh</c>.</summary>
    public string Language { get; set; } = "en";

    /// <summary>Published datasets that the lab can fetch by itself: a closed list, so that no visitor can send a worker to other addresses.</summary>
    public List<OfferedDownload> Downloads { get; set; } = [];

    /// <summary>What the data layer needs of it.</summary>
    public LabDataOptions ToDataOptions() => new()
    {
        DataFolder = Data,
        InboxFolder = Inbox.Length > 0 ? Inbox : null,
        Provider = Database,
        ConnectionString = ConnectionString.Length > 0 ? ConnectionString : null,
    };
}

/// <summary>A published dataset in <c>Lab:Downloads</c>.</summary>
public sealed class OfferedDownload
{
    /// <summary>Short name for commands.</summary>
    public string Key { get; set; } = "";

    /// <summary>Name for people, and of the dataset.</summary>
    public string Title { get; set; } = "";

    /// <summary>What it is and by whom.</summary>
    public string Note { get; set; } = "";

    /// <summary>Where the zip lies.</summary>
    public Uri? Url { get; set; }

    /// <summary>Its SHA-256, 64 hex digits.</summary>
    public string Sha256 { get; set; } = "";

    /// <summary>Its size, shown before it is fetched; 0 when unknown.</summary>
    public long Bytes { get; set; }

    /// <summary>How an image's patient is found.</summary>
    public string GroupRule { get; set; } = "none";

    /// <summary>The import that fetches it.</summary>
    /// <exception cref="ExplainedException">The settings do not name an address and a checksum.</exception>
    public NewImport Import(string name)
    {
        if (Url is not { IsAbsoluteUri: true, Scheme: "http" or "https" } || Sha256.Length != 64 || !Sha256.All(char.IsAsciiHexDigit))
            throw new ExplainedException($"The lab's settings name no usable address and SHA-256 for {Title}: "
                + "an administrator can set them under Lab:Downloads in appsettings.json.");
        return new()
        {
            Name = name,
            Source = ImportSource.Download,
            OriginalName = Title,
            // The checksum names the file, so that what arrived before a failure is found again.
            StoredName = $"download-{Sha256[..32].ToLowerInvariant()}.zip",
            Bytes = Bytes,
            Options = new() { GroupRule = GroupRule, Download = new(Url, Sha256.ToLowerInvariant()) },
        };
    }
}

/// <summary>Section <c>Worker</c>: the worker process that this web process starts beside itself.</summary>
public sealed class WorkerSettings
{
    /// <summary>Whether to start one.</summary>
    public bool Local { get; set; } = true;

    /// <summary>The worker's assembly or executable; empty looks for MalariaLab.Worker.dll in the usual places.</summary>
    public string Path { get; set; } = "";
}
