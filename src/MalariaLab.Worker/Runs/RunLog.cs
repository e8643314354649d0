using System.Globalization;

namespace MalariaLab.Worker.Runs;

/// <summary>A run's text log: one line an event with its UTC time; appended to across attempts.</summary>
internal sealed class RunLog : IDisposable
{
    private readonly StreamWriter writer;
    private readonly TimeProvider clock;

    public RunLog(string path, TimeProvider clock)
    {
        this.clock = clock;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // A page reads the file while it is written.
        var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        writer = new StreamWriter(file) { AutoFlush = true };
    }

    /// <summary>Adds a line.</summary>
    public void Write(string line)
    {
        lock (writer)
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{clock.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ}  {line}"));
    }

    public void Dispose() => writer.Dispose();
}
