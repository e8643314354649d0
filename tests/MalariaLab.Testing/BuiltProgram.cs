using System.Diagnostics;
using Xunit;

namespace MalariaLab.Testing;

/// <summary>The programs of the solution as they were built beside the tests.</summary>
public static class BuiltProgram
{
    /// <summary>Path of a project's program, of the configuration that the tests were built in.</summary>
    public static string Of(string project)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var dll = Path.Combine(SharedFiles.RepositoryRoot, "src", project, "bin", configuration, "net10.0", project + ".dll");
        Assert.True(File.Exists(dll), $"{dll} is not built: build the whole solution first.");
        return dll;
    }

    /// <summary>Runs the command line to its end, as a person does who says nothing but where the lab's data are.</summary>
    /// <param name="dataFolder">The running lab's data folder.</param>
    /// <param name="token">API token of an account; null for the lab's own, which only its owner can read.</param>
    /// <param name="words">Verb and options.</param>
    public static async Task<(int Code, string Output, string Error)> CommandLineAsync(string dataFolder, string? token, IEnumerable<string> words)
    {
        var start = new ProcessStartInfo("dotnet", [Of("MalariaLab.Cli"), .. words]) { RedirectStandardOutput = true, RedirectStandardError = true };
        // A variable that is set to nothing is as good as none.
        (start.Environment["MALARIALAB_DATA"], start.Environment["MALARIALAB_URL"], start.Environment["MALARIALAB_TOKEN"]) = (dataFolder, "", token ?? "");
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await error);
    }
}
