using System.Reflection;

namespace MalariaLab.Worker.Hosting;

/// <summary>What this program calls itself in runs, checkpoints and weight files.</summary>
internal static class ProgramInfo
{
    /// <summary>Git commit of the build, or "unknown" for a build outside a repository.</summary>
    public static string Commit { get; } =
        typeof(ProgramInfo).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+') is [_, var commit, ..]
            ? commit : "unknown";

    /// <summary>Name and commit.</summary>
    public static string Text { get; } = $"MalariaLab {Commit}";
}
