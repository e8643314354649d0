using System.Globalization;

namespace MalariaLab.Worker.Hosting;

/// <summary>
/// The right to be the one worker of a data folder on SQLite, where a second would take the first one's jobs. The system gives it back when the
/// process ends, however it ends.
/// </summary>
internal sealed class DataFolderLock : IDisposable
{
    private readonly FileStream file;

    private DataFolderLock(FileStream file) => this.file = file;

    /// <summary>Takes the lock, or gives null when another process has it.</summary>
    public static DataFolderLock? TryTake(string dataFolder)
    {
        try
        {
            var file = new FileStream(Path.Combine(dataFolder, "worker.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            file.SetLength(0);
            file.Write(System.Text.Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
            file.Flush();
            return new(file);
        }
        catch (IOException)
        {
            return null;
        }
    }

    public void Dispose() => file.Dispose();
}
