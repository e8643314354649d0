using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MalariaLab.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace MalariaLab.Bench;

/// <summary>A lab in a temporary folder, on SQLite or on an empty PostgreSQL database, and its web process when asked for.</summary>
internal sealed class WebLab : IAsyncDisposable
{
    private readonly string _folder;
    private readonly bool _keep;
    private readonly LabDataOptions _options;
    private readonly ServiceProvider _services;
    private Process? _web;

    private WebLab(string folder, bool keep, LabDataOptions options, ServiceProvider services) => (_folder, _keep, _options, _services) = (folder, keep, options, services);

    public LabDatabase Provider => _options.Provider;

    public Process Web => _web ?? throw new InvalidOperationException("The web process has not been started.");

    public IDbContextFactory<LabDbContext> Contexts => Get<IDbContextFactory<LabDbContext>>();

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Opens a lab of its own, or the one in a folder, which stays.</summary>
    public static async Task<WebLab> OpenAsync(Arguments arguments, string? existing = null)
    {
        var postgres = arguments["postgres"];
        var folder = existing ?? Directory.CreateTempSubdirectory("lab-bench-").FullName;
        var options = new LabDataOptions { DataFolder = folder, Provider = postgres is null ? LabDatabase.Sqlite : LabDatabase.Postgres, ConnectionString = postgres };
        var lab = new WebLab(folder, existing is not null, options, new ServiceCollection().AddLogging().AddLabData(options).BuildServiceProvider());
        await lab.Get<DatabaseMigrator>().MigrateAsync();
        return lab;
    }

    /// <summary>Starts the built web process, without a worker, and waits until it answers.</summary>
    public async Task<Uri> ServeAsync()
    {
        var url = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort()}"));
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var root = output.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;
        var program = Path.Combine(root, "src", "MalariaLab.Web", "bin", output.Parent!.Name, output.Name, "MalariaLab.Web.dll");
        List<string> words = [program, "--urls", url.ToString().TrimEnd('/'), "--Lab:Data", _folder, "--Worker:Local", "false", "--Logging:LogLevel:Default", "Warning"];
        if (_options.ConnectionString is { } connection) words.AddRange(["--Lab:Database", "Postgres", "--Lab:ConnectionString", connection]);
        _web = Process.Start(new ProcessStartInfo("dotnet", words) { RedirectStandardOutput = true })!;
        _web.OutputDataReceived += (_, _) => { };
        _web.BeginOutputReadLine();
        using var http = new HttpClient { BaseAddress = url };
        for (var tries = 0; tries < 300; tries++)
        {
            try
            {
                if ((await http.GetAsync(new Uri("/health", UriKind.Relative))).IsSuccessStatusCode) return url;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
            if (_web.HasExited) break;
            await Task.Delay(200);
        }
        throw new InvalidOperationException($"{program} did not start; is the whole solution built?");
    }

    /// <summary>The one-time token for the first administrator.</summary>
    public string SetUpToken => File.ReadAllText(Path.Combine(_folder, "set-up-token")).Trim();

    public async ValueTask DisposeAsync()
    {
        if (_web is { HasExited: false })
        {
            _web.Kill(entireProcessTree: true);
            await _web.WaitForExitAsync();
        }
        _web?.Dispose();
        await _services.DisposeAsync();
        if (!_keep) Directory.Delete(_folder, recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
