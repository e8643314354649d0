using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace MalariaLab.Testing;

/// <summary>
/// A private PostgreSQL on a socket in a temporary folder, so that no port can be taken by another;
/// started at first use and stopped with the test assembly. Make it an assembly fixture.
/// PostgreSQL refuses to run as root; then the user of Debian's package runs it. Where the package is absent the asking test skips visibly.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private static readonly string Seconds = Text((int)Patience.Limit.TotalSeconds);
    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly string? binaries = FindBinaries();
    private string? folder;
    private bool started;
    private int databases;

    /// <summary>Connection string of a new empty database, or a copy of <paramref name="template"/>.</summary>
    public async Task<string> CreateDatabaseAsync(string? template = null)
    {
        if (binaries is null) Assert.Skip("Needs PostgreSQL's server (apt-get install postgresql), which is not here.");
        if (Environment.IsPrivilegedProcess && !File.Exists("/usr/sbin/runuser")) Assert.Skip("PostgreSQL does not run as root and there is no runuser.");
        await gate.WaitAsync();
        try
        {
            if (!started) await StartAsync();
            var name = "lab" + (++databases).ToString(CultureInfo.InvariantCulture);
            await RunAsync("createdb", ["-h", folder!, "-U", "lab", .. template is null ? Array.Empty<string>() : ["-T", template], name]);
            return $"Host={folder};Username=lab;Database={name};Pooling=true;Maximum Pool Size=20";
        }
        finally
        {
            gate.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (folder is not null)
        {
            if (started) await RunAsync("pg_ctl", ["-D", Path.Combine(folder, "db"), "-m", "immediate", "-w", "-t", Seconds, "stop"]);
            TemporaryFolder.Delete(folder);
        }
        gate.Dispose();
    }

    private async Task StartAsync()
    {
        folder = Directory.CreateTempSubdirectory("lab-postgres-").FullName;
        if (Environment.IsPrivilegedProcess) await ExecuteAsync("chown", ["postgres", folder]);
        var data = Path.Combine(folder, "db");
        await RunAsync("initdb", ["-D", data, "-U", "lab", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]);
        await RunAsync("pg_ctl", ["-D", data, "-w", "-t", Seconds, "-l", Path.Combine(folder, "log"), "-o", $"-h '' -k {folder} -F -c max_connections=200", "start"]);
        started = true;
    }

    private Task RunAsync(string tool, string[] arguments)
    {
        var path = Path.Combine(binaries!, tool);
        return Environment.IsPrivilegedProcess
            ? ExecuteAsync("/usr/sbin/runuser", ["-u", "postgres", "--", path, .. arguments])
            : ExecuteAsync(path, arguments);
    }

    private static async Task ExecuteAsync(string file, string[] arguments)
    {
        // No redirection: the server inherits the streams and would hold a pipe open for ever.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "\"$0\" \"$@\" </dev/null >/dev/null 2>&1", file, .. arguments]) { WorkingDirectory = "/" };
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{file} {string.Join(' ', arguments)} ended with {Text(process.ExitCode)}.");
    }

    private static string? FindBinaries() =>
        Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin"))
                .Where(bin => File.Exists(Path.Combine(bin, "initdb"))).Order(StringComparer.Ordinal).LastOrDefault()
            : null;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
