using System.Diagnostics;
using System.Text.Json.Nodes;
using Xunit;

namespace MalariaLab.E2E;

/// <summary>The command line as a script calls it: one process a verb, against a lab that it finds by its data folder.</summary>
/// <param name="lab">The lab.</param>
/// <param name="token">API token of an account; null for the lab's own, which only its owner can read.</param>
public sealed class CommandLine(LabProcess lab, string? token = null)
{
    /// <summary>Runs a verb that must work.</summary>
    /// <returns>What it printed.</returns>
    public async Task<string> Run(params string[] words)
    {
        var (code, output, error) = await Execute(words);
        Assert.True(code == 0, $"{string.Join(' ', words)} ended with {code}: {error}{output}");
        return output;
    }

    /// <summary>Runs a verb with --json that must work.</summary>
    public async Task<JsonNode> Json(params string[] words) => JsonNode.Parse(await Run([.. words, "--json"]))!;

    /// <summary>Runs a verb that must be refused.</summary>
    /// <returns>The sentence, and the answer of a job that failed.</returns>
    public async Task<string> Refused(params string[] words)
    {
        var (code, output, error) = await Execute(words);
        Assert.True(code == 1, $"{string.Join(' ', words)} ended with {code}: {output}");
        return error + output;
    }

    private async Task<(int Code, string Output, string Error)> Execute(string[] words)
    {
        var start = new ProcessStartInfo("dotnet", [LabProcess.Built("MalariaLab.Cli"), .. words]) { RedirectStandardOutput = true, RedirectStandardError = true };
        // A variable that is set to nothing is as good as none.
        (start.Environment["MALARIALAB_DATA"], start.Environment["MALARIALAB_URL"], start.Environment["MALARIALAB_TOKEN"]) = (lab.DataFolder, "", token ?? "");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await error);
    }
}
