using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using MalariaLab.Testing;
using Xunit;

namespace MalariaLab.E2E;

/// <summary>A lab as a person starts it: the built web process with its own worker, on an empty data folder and a free port.</summary>
public sealed partial class LabProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly ConcurrentQueue<string> output = new();
    private readonly TaskCompletionSource<string> setupLink = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LabProcess(Process process, Uri url, string dataFolder)
    {
        this.process = process;
        Url = url;
        DataFolder = dataFolder;
    }

    /// <summary>Address of the pages.</summary>
    public Uri Url { get; }

    /// <summary>The lab's data folder.</summary>
    public string DataFolder { get; }

    /// <summary>The one-time link that the console shows in an empty lab.</summary>
    public Task<string> SetupLink => setupLink.Task.WaitAsync(TimeSpan.FromSeconds(60));

    /// <summary>Everything printed so far, for the message of a failing test.</summary>
    public string Output => string.Join(Environment.NewLine, output);

    /// <summary>Starts a lab and waits until it answers.</summary>
    public static async Task<LabProcess> Start()
    {
        var folder = Directory.CreateTempSubdirectory("malarialab-e2e-").FullName;
        var url = new Uri($"http://127.0.0.1:{FreePort()}");
        var start = new ProcessStartInfo("dotnet", [BuiltProgram.Of("MalariaLab.Web"), "--urls", url.ToString().TrimEnd('/'), "--Lab:Data", folder, "--Worker:Local", "true", "--Worker:Path", BuiltProgram.Of("MalariaLab.Worker")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        var lab = new LabProcess(new Process { StartInfo = start }, url, folder);
        lab.process.OutputDataReceived += (_, line) => lab.Read(line.Data);
        lab.process.ErrorDataReceived += (_, line) => lab.Read(line.Data);
        lab.process.Start();
        lab.process.BeginOutputReadLine();
        lab.process.BeginErrorReadLine();
        await lab.WaitUntilHealthy();
        return lab;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(DataFolder, recursive: true);
    }

    private void Read(string? line)
    {
        if (line is null) return;
        output.Enqueue(line);
        var link = SetupLinkPattern().Match(line);
        if (link.Success) setupLink.TrySetResult(link.Value);
    }

    private async Task WaitUntilHealthy()
    {
        using var http = new HttpClient { BaseAddress = Url };
        var giveUp = DateTimeOffset.UtcNow.AddSeconds(60);
        while (DateTimeOffset.UtcNow < giveUp)
        {
            if (process.HasExited) break;
            try
            {
                if ((await http.GetAsync(new Uri("/health", UriKind.Relative))).IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
            await Task.Delay(100);
        }
        Assert.Fail($"The lab did not start:{Environment.NewLine}{Output}");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex(@"http://\S+/setup\S*")]
    private static partial Regex SetupLinkPattern();
}
