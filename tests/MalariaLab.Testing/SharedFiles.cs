using Xunit;

namespace MalariaLab.Testing;

/// <summary>Finds reference vectors and real images that lie beside the repository; a clone without them skips those tests visibly.</summary>
public static class SharedFiles
{
    /// <summary>The folder that holds <c>MalariaLab.sln</c>.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>Absolute path of a reference file below <c>../shared/golden</c>; skips the running test where it is absent.</summary>
    public static string Golden(string relativePath) => Require(Path.Combine("golden", relativePath));

    /// <summary>Absolute path of a real data file below <c>../shared/data</c>; skips the running test where it is absent.</summary>
    public static string Data(string relativePath) => Require(Path.Combine("data", relativePath));

    private static string Require(string relativePath)
    {
        var path = Path.GetFullPath(Path.Combine(RepositoryRoot, "..", "shared", relativePath));
        if (!File.Exists(path) && !Directory.Exists(path))
            Assert.Skip($"Needs {Path.Combine("..", "shared", relativePath)} beside the repository, which is not here.");
        return path;
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "MalariaLab.sln")))
                return folder.FullName;
        throw new InvalidOperationException($"No MalariaLab.sln above {AppContext.BaseDirectory}.");
    }
}
