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
            writer ??= Open();
            writer.WriteLine(line);
            if (writer.BaseStream.Length > limit) Roll();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (gate)
        {
            writer?.Dispose();
            writer = null;
        }
    }

    private StreamWriter Open() => new(new FileStream(Path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };

    private void Roll()
    {
        writer!.Dispose();
        writer = null;
        for (var age = kept; age >= 1; age--)
        {
            var younger = age == 1 ? Path : Old(age - 1);
            if (File.Exists(younger)) File.Move(younger, Old(age), overwrite: true);
        }
    }

    private string Old(int age) => System.IO.Path.Combine(folder, FormattableString.Invariant($"{name}.{age}.log"));
}
