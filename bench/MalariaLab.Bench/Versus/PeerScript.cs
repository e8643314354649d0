using System.Diagnostics;
using System.Globalization;

namespace MalariaLab.Bench;

/// <summary>A script below bench/peer.</summary>
internal static class PeerScript
{
    /// <summary>Debian's Python, which has the same LibTorch as the lab.</summary>
    public const string DebiansPython = "/usr/bin/python3";

    /// <summary>Images a second that the script prints behind <paramref name="name"/>.</summary>
    public static async Task<double> RateAsync(string python, string script, string name, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(python) { RedirectStandardOutput = true };
        foreach (var word in arguments.Prepend(Path.Combine(RepositoryRoot(), "bench", "peer", script)))
            start.ArgumentList.Add(word);
        using var peer = Process.Start(start) ?? throw new InvalidOperationException($"{python} could not be started.");
        var lines = (await peer.StandardOutput.ReadToEndAsync()).Split('\n');
        await peer.WaitForExitAsync();
        return lines.FirstOrDefault(line => line.StartsWith(name + ' ', StringComparison.Ordinal)) is { } line
            ? double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"bench/peer/{script} failed with code {peer.ExitCode}; "
                + "it needs python3-torch, python3-torchvision, python3-pil and python3-numpy.");
    }

    private static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "MalariaLab.sln")))
                return folder.FullName;
        throw new InvalidOperationException("The bench runs inside the repository.");
    }
}
