using System.Data.Common;

namespace MalariaLab.Data;

/// <summary>Tells a database that does not answer or does not take a write from a mistake of the program.</summary>
public static class DatabaseTrouble
{
    /// <summary>True for what a driver throws, also where Entity Framework wraps it: a failed update in one type, what may pass (a lost connection) in another.</summary>
    public static bool Is(Exception e) => e is not OperationCanceledException && (e is DbException || (e.InnerException is { } inner && Is(inner)));
}
