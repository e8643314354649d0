namespace MalariaLab.Data;

/// <summary>Databases that the lab runs on.</summary>
public enum LabDatabase { Sqlite, Postgres }

/// <summary>Where the lab keeps its data.</summary>
public sealed class LabDataOptions
{
    /// <summary>The data folder; everything that the lab writes lies below it.</summary>
    public required string DataFolder { get; set; }

    /// <summary>Kind of database.</summary>
    public LabDatabase Provider { get; set; } = LabDatabase.Sqlite;

    /// <summary>PostgreSQL's connection string; SQLite's files lie in the data folder.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Folder that people may put archives into for import; null takes <c>inbox</c> below the data folder.</summary>
    public string? InboxFolder { get; set; }
}
