using System.Diagnostics;
using System.Text;
using MalariaLab.Testing;

namespace MalariaLab.Worker.Tests;

/// <summary>A real worker process on a data folder; killed with the test if it still runs.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly StringBuilder output = new();

    public WorkerProcess(string dataFolder, params string[] settings)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = dataFolder,
        };
        foreach (var argument in (string[])["exec", Path.Combine(AppContext.BaseDirectory, "MalariaLab.Worker.dll"),
            "--Lab:Data", dataFolder, "--Worker:Name", "test", "--Worker:StopWithInput", "true", "--Worker:Threads", "2", .. settings])
            start.ArgumentList.Add(argument);
        process = new() { StartInfo = start };
        process.OutputDataReceived += (_, line) => Append(line.Data);
        process.ErrorDataReceived += (_, line) => Append(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What it has printed.</summary>
    public string Output
    {
        get { lock (output) return output.ToString(); }
    }

    /// <summary>SIGKILL: no handler runs, nothing is flushed.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>What happens when the process that started it dies: the pipe closes.</summary>
    public void CloseInput() => process.StandardInput.Close();

    /// <summary>Waits for its end and gives the exit code.</summary>
    public async Task<int> ExitCodeAsync()
    {
        await process.WaitForExitAsync().WaitAsync(Patience.Limit);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) await KillAsync();
        process.Dispose();
    }

    private void Append(string? line)
    {
        lock (output) output.AppendLine(line);
    }
}
