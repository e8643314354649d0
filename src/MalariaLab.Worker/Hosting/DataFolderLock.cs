using MalariaLab.Core;
using MalariaLab.Data;

namespace MalariaLab.Worker.Hosting;

/// <summary>
/// The right to be the one worker of a data folder on SQLite, where a second would take the first one's jobs. The system gives it back when the
/// process ends, however it ends.
/// </summary>
internal sealed class DataFolderLock : IDisposable
{
    private readonly FileStream file;

    private DataFolderLock(FileStream file) => this.file = file;

    /// <summary>Takes the lock; null on PostgreSQL, where there may be many workers.</summary>
    /// <exception cref="ExplainedException">Another worker has it.</exception>
    public static DataFolderLock? Take(LabDataOptions options, LabPaths paths)
    {
        if (options.Provider != LabDatabase.Sqlite) return null;
        try
        {
            return new(new FileStream(Path.Combine(paths.Root, "worker.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e)
        {
            throw new ExplainedException($"Another worker owns the data folder {paths.Root}. A lab on SQLite has one worker; use PostgreSQL for more.", e);
        }
    }

    public void Dispose() => file.Dispose();
}
