using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using MalariaLab.Testing;
using Xunit;

namespace MalariaLab.E2E;

/// <summary>A lab as a person starts it: the built web process with its own worker, on an empty data folder and a port that the system chooses.</summary>
public sealed partial class LabProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly ConcurrentQueue<string> output = new();
    private readonly TaskCompletionSource<string> link = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LabProcess(Process process, string dataFolder)
    {
        this.process = process;
        DataFolder = dataFolder;
    }

    /// <summary>Address of the pages.</summary>
    public Uri Url => new(new Uri(SetupLink), "/");

    /// <summary>The lab's data folder.</summary>
    public string DataFolder { get; }

    /// <summary>The one-time link that the console shows in an empty lab.</summary>
    public string SetupLink { get; private set; } = "";

    /// <summary>Everything printed so far, for the message of a failing test.</summary>
    public string Output => string.Join(Environment.NewLine, output);

    /// <summary>Starts a lab and waits until it answers, which is when it shows its link.</summary>
    public static async Task<LabProcess> Start()
    {
        var folder = Directory.CreateTempSubdirectory("malarialab-e2e-").FullName;
        string[] arguments =
        [
            BuiltProgram.Of("MalariaLab.Web"),
            "--urls", "http://127.0.0.1:0",
            "--Lab:Data", folder,
            "--Worker:Local", "true",
            "--Worker:Path", BuiltProgram.Of("MalariaLab.Worker"),
        ];
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        var lab = new LabProcess(new Process { StartInfo = start }, folder);
        lab.process.OutputDataReceived += (_, line) => lab.Read(line.Data);
        lab.process.ErrorDataReceived += (_, line) => lab.Read(line.Data);
        lab.process.Start();
        lab.process.BeginOutputReadLine();
        lab.process.BeginErrorReadLine();
        await Task.WhenAny(lab.link.Task, lab.process.WaitForExitAsync()).WaitAsync(Patience.Limit);
        Assert.True(lab.link.Task.IsCompleted, $"The lab did not start:{Environment.NewLine}{lab.Output}");
        lab.SetupLink = await lab.link.Task;
        return lab;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        TemporaryFolder.Delete(DataFolder);
    }

    private void Read(string? line)
    {
        if (line is null) return;
        output.Enqueue(line);
        var found = SetupLinkPattern().Match(line);
        if (found.Success) link.TrySetResult(found.Value);
    }

    [GeneratedRegex(@"http://\S+/setup\S*")]
    private static partial Regex SetupLinkPattern();
}
