using MalariaLab.Core;

namespace MalariaLab.Data.Jobs;

/// <summary>Held by the one worker of a SQLite lab: a second one on the same file would take the first one's jobs.</summary>
public sealed class WorkerLock : IDisposable
{
    private readonly FileStream file;

    private WorkerLock(FileStream file) => this.file = file;

    /// <summary>Takes the lock, or null where none is needed (PostgreSQL).</summary>
    /// <exception cref="ExplainedException">Another worker holds it.</exception>
    public static WorkerLock? Acquire(LabDataOptions options, LabPaths paths)
    {
        if (options.Provider != LabDatabase.Sqlite) return null;
        try
        {
            return new WorkerLock(new FileStream(Path.Combine(paths.Root, "worker.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e)
        {
            throw new ExplainedException($"Another worker already serves {paths.Root}. A SQLite lab has one worker; use PostgreSQL for more.", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();
}
