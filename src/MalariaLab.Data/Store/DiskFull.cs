using Microsoft.Data.Sqlite;

namespace MalariaLab.Data.Store;

/// <summary>Tells a full disk from other troubles.</summary>
internal static class DiskFull
{
    /// <summary>ENOSPC as .NET reports it.</summary>
    private const int NoSpaceLeft = 28;

    /// <summary>SQLITE_FULL.</summary>
    private const int DatabaseFull = 13;

    /// <summary>True when the exception, or one behind it, says that nothing more fits on the disk.</summary>
    public static bool Is(Exception? e) =>
        e is IOException { HResult: var result } && (result & 0xFFFF) == NoSpaceLeft
        || e is SqliteException { SqliteErrorCode: DatabaseFull }
        || (e is not null && Is(e.InnerException));
}
