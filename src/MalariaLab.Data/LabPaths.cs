using System.Globalization;

namespace MalariaLab.Data;

/// <summary>The layout of the data folder. Every name below it is made by the server from row ids and hashes.</summary>
public sealed class LabPaths
{
    /// <summary>The layout below the options' folder; creates the folders.</summary>
    public LabPaths(LabDataOptions options)
    {
        Root = Path.GetFullPath(options.DataFolder);
        Inbox = Path.GetFullPath(options.InboxFolder ?? Path.Combine(Root, "inbox"));
        foreach (var folder in (string[])[Store, Cache, Runs, Uploads, Inbox, Logs, Weights, Keys])
            Directory.CreateDirectory(folder);
    }

    /// <summary>The data folder.</summary>
    public string Root { get; }

    /// <summary>SQLite file of the lab.</summary>
    public string LabDb => Path.Combine(Root, "lab.db");

    /// <summary>SQLite file of Quartz; apart, because Quartz takes the write lock even for reads.</summary>
    public string JobsDb => Path.Combine(Root, "jobs.db");

    /// <summary>Content store: packs of original images.</summary>
    public string Store => Path.Combine(Root, "store");

    /// <summary>What can be made again: pixel caches, thumbnails, features.</summary>
    public string Cache => Path.Combine(Root, "cache");

    /// <summary>One folder a run.</summary>
    public string Runs => Path.Combine(Root, "runs");

    /// <summary>Received files until their import is done.</summary>
    public string Uploads => Path.Combine(Root, "uploads");

    /// <summary>Where people put archives and folders for import.</summary>
    public string Inbox { get; }

    /// <summary>Logs.</summary>
    public string Logs => Path.Combine(Root, "logs");

    /// <summary>Imported weights, each under its hash.</summary>
    public string Weights => Path.Combine(Root, "weights");

    /// <summary>Keys of the web process.</summary>
    public string Keys => Path.Combine(Root, "keys");

    /// <summary>Folder of a run; not created.</summary>
    public string Run(long runId) => Path.Combine(Runs, runId.ToString(CultureInfo.InvariantCulture));

    /// <summary>File of an artifact.</summary>
    public string Artifact(long runId, string fileName) => Path.Combine(Run(runId), fileName);

    /// <summary>Text log of a run.</summary>
    public string RunLog(long runId) => Path.Combine(Run(runId), "run.log");

    /// <summary>File of imported weights.</summary>
    public string WeightsFile(string sha256) => Path.Combine(Weights, sha256);

    /// <summary>A new file below uploads/ with the extension of <paramref name="originalName"/> if that is a plain one.</summary>
    public string NewUpload(string originalName)
    {
        var extension = Path.GetExtension(originalName);
        var plain = extension.Length is > 1 and < 9 && extension.Skip(1).All(char.IsAsciiLetterOrDigit);
        return Path.Combine(Uploads, Guid.NewGuid().ToString("N") + (plain ? extension.ToLowerInvariant() : ""));
    }
}
