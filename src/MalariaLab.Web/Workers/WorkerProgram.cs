using System.Diagnostics;
using MalariaLab.Web.Hosting;
using Microsoft.Extensions.Options;

namespace MalariaLab.Web.Workers;

/// <summary>Where the worker's program is and how it is started.</summary>
public sealed class WorkerProgram(IOptions<WorkerSettings> worker, IOptions<LabSettings> lab)
{
    private const string Name = "MalariaLab.Worker";

    /// <summary>The program's file, or null when there is none.</summary>
    public string? Find() => Candidates().FirstOrDefault(File.Exists);

    /// <summary>A start with the lab's data folder and database. Secrets go by environment, which other users cannot read.</summary>
    public ProcessStartInfo Start(string file)
    {
        var assembly = file.EndsWith(".dll", StringComparison.OrdinalIgnoreCase);
        var start = new ProcessStartInfo(assembly ? Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet" : file)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(file),
        };
        if (assembly) start.ArgumentList.Add(file);
        var settings = lab.Value;
        start.Environment["Lab__Data"] = Path.GetFullPath(settings.Data);
        start.Environment["Lab__Inbox"] = settings.Inbox.Length > 0 ? Path.GetFullPath(settings.Inbox) : "";
        start.Environment["Lab__Database"] = settings.Database.ToString();
        start.Environment["Lab__ConnectionString"] = settings.ConnectionString;
        // The worker ends when this process does, however that happens: its standard input closes.
        start.Environment["Worker__StopWithInput"] = "true";
        return start;
    }

    private IEnumerable<string> Candidates()
    {
        if (worker.Value.Path.Length > 0) return [Path.GetFullPath(worker.Value.Path)];
        // Published side by side, or built in the repository: …/src/MalariaLab.Web/bin/CONFIGURATION/net10.0.
        var here = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var built = Path.Combine("bin", here.Parent?.Name ?? "", here.Name, Name + ".dll");
        return
        [
            Path.Combine(here.FullName, "worker", Name + ".dll"),
            Path.Combine(here.FullName, "..", Name, Name + ".dll"),
            Path.GetFullPath(Path.Combine(here.FullName, "..", "..", "..", "..", Name, built)),
        ];
    }
}
