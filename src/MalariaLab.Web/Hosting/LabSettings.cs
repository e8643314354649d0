using MalariaLab.Data;

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

    /// <summary>What the data layer needs of it.</summary>
    public LabDataOptions ToDataOptions() => new()
    {
        DataFolder = Data,
        InboxFolder = Inbox.Length > 0 ? Inbox : null,
        Provider = Database,
        ConnectionString = ConnectionString.Length > 0 ? ConnectionString : null,
    };
}

/// <summary>Section <c>Worker</c>: the worker process that this web process starts beside itself.</summary>
public sealed class WorkerSettings
{
    /// <summary>Whether to start one.</summary>
    public bool Local { get; set; } = true;

    /// <summary>The worker's assembly or executable; empty looks for MalariaLab.Worker.dll in the usual places.</summary>
    public string Path { get; set; } = "";
}
