namespace MalariaLab.Web.Workers;

/// <summary>Lines of a process: the last ones in memory for pages, all of them in files that never grow beyond a limit.</summary>
public sealed class RollingLog(string folder, string name, long limit = 10 << 20, int kept = 4) : IDisposable
{
    private const int InMemory = 500;

    private readonly Lock gate = new();
    private readonly Queue<string> last = new();
    private StreamWriter? writer;

    /// <summary>The file that is written now.</summary>
    public string Path { get; } = System.IO.Path.Combine(folder, name + ".log");

    /// <summary>The last lines, oldest first.</summary>
    public IReadOnlyList<string> Lines
    {
        get { lock (gate) return [.. last]; }
    }

    /// <summary>Adds a line.</summary>
    public void Add(string line)
    {
        lock (gate)
        {
            last.Enqueue(line);
            if (last.Count > InMemory) last.Dequeue();
            try
            {
                writer ??= Open();
                writer.WriteLine(line);
                if (writer.BaseStream.Length > limit) Roll();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A full disk costs lines of the file, not the process: lines come on threads where nobody else catches.
                Close();
            }
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (gate) Close();
    }

    private StreamWriter Open() => new(new FileStream(Path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };

    private void Close()
    {
        // What the disk did not take is tried once more here.
        try { writer?.Dispose(); }
        catch (IOException) { }
        writer = null;
    }

    private void Roll()
    {
        Close();
        for (var age = kept; age >= 1; age--)
        {
            var younger = age == 1 ? Path : Old(age - 1);
            if (File.Exists(younger)) File.Move(younger, Old(age), overwrite: true);
        }
    }

    private string Old(int age) => System.IO.Path.Combine(folder, FormattableString.Invariant($"{name}.{age}.log"));
}
