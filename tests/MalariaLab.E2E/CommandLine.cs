using System.Text.Json.Nodes;
using MalariaLab.Testing;
using Xunit;

namespace MalariaLab.E2E;

/// <summary>The command line as a script calls it: one process a verb, against a lab that it finds by its data folder.</summary>
/// <param name="lab">The lab.</param>
public sealed class CommandLine(LabProcess lab)
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

    /// <summary>Runs a verb until it works: what a job of the worker will answer once it is finished.</summary>
    public Task Eventually(params string[] words) => Patience.UntilAsync(async () => (await Execute(words)).Code == 0, $"{string.Join(' ', words)} never worked.");

    /// <summary>Runs a verb that must be refused.</summary>
    /// <returns>The sentence, and the answer of a job that failed.</returns>
    public async Task<string> Refused(params string[] words)
    {
        var (code, output, error) = await Execute(words);
        Assert.True(code == 1, $"{string.Join(' ', words)} ended with {code}: {output}");
        return error + output;
    }

    private Task<(int Code, string Output, string Error)> Execute(string[] words) => BuiltProgram.CommandLineAsync(lab.DataFolder, null, words);
}
