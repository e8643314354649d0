using System.Xml.Linq;
using Xunit;

namespace MalariaLab.Architecture.Tests;

/// <summary>The dependency direction of docs/architecture.md, read from the project files and so checked before a line of code is loaded.</summary>
public sealed class ProjectDirectionTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["MalariaLab.Core"] = [],
        ["MalariaLab.Data"] = ["MalariaLab.Core"],
        ["MalariaLab.Imaging"] = ["MalariaLab.Core"],
        ["MalariaLab.Torch"] = [],
        ["MalariaLab.Training"] = ["MalariaLab.Core", "MalariaLab.Imaging", "MalariaLab.Torch"],
        ["MalariaLab.Migrations.Sqlite"] = ["MalariaLab.Data"],
        ["MalariaLab.Migrations.Postgres"] = ["MalariaLab.Data"],
        ["MalariaLab.Worker"] =
        [
            "MalariaLab.Core", "MalariaLab.Data", "MalariaLab.Imaging", "MalariaLab.Training",
            "MalariaLab.Migrations.Sqlite", "MalariaLab.Migrations.Postgres",
        ],
        ["MalariaLab.Web"] = ["MalariaLab.Core", "MalariaLab.Data", "MalariaLab.Imaging", "MalariaLab.Migrations.Sqlite", "MalariaLab.Migrations.Postgres"],
        ["MalariaLab.Cli"] = ["MalariaLab.Core"],
    };

    public static TheoryData<string> Projects => new(ProjectFiles().Keys);

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_References_FollowTheDirection(string project)
    {
        Assert.True(Allowed.TryGetValue(project, out var allowed), $"{project} has no place in the direction: add it to docs/architecture.md and here.");
        var forbidden = References(ProjectFiles()[project], "ProjectReference").Select(Path.GetFileNameWithoutExtension).Except(allowed!);
        Assert.Empty(forbidden);
    }

    [Fact]
    public void Core_HasNoPackages() =>
        Assert.Empty(References(ProjectFiles()["MalariaLab.Core"], "PackageReference"));

    [Fact]
    public void Web_NeverReachesTorch()
    {
        var reached = Closure("MalariaLab.Web");
        Assert.DoesNotContain("MalariaLab.Torch", reached);
        Assert.DoesNotContain("MalariaLab.Training", reached);
    }

    private static HashSet<string> Closure(string project)
    {
        var files = ProjectFiles();
        var seen = new HashSet<string>();
        var open = new Stack<string>([project]);
        while (open.TryPop(out var next))
            if (seen.Add(next))
                foreach (var reference in References(files[next], "ProjectReference"))
                    open.Push(Path.GetFileNameWithoutExtension(reference));
        return seen;
    }

    private static IEnumerable<string> References(string projectFile, string element) =>
        XDocument.Load(projectFile).Descendants(element).Select(e => ((string)e.Attribute("Include")!).Replace('\\', '/'));

    private static Dictionary<string, string> ProjectFiles() =>
        new[] { "src", "migrations" }
            .SelectMany(top => Repository.Files(top, ".csproj"))
            .ToDictionary(file => Path.GetFileNameWithoutExtension(file));
}
