using System.CommandLine;

namespace MalariaLab.Cli.Commands;

/// <summary><c>workers</c>.</summary>
public static class WorkerCommands
{
    /// <summary>Who trains, on what, and whether it is alive.</summary>
    public static Command List(Option<bool> json)
    {
        var command = new Command("workers", "Workers with their devices and last heartbeat.");
        command.SetAction(async (parsed, ct) =>
        {
            using var lab = new LabClient();
            var workers = await lab.Get("workers", ct);
            if (parsed.GetValue(json)) Output.Json(workers);
            else Output.Table(workers, "worker", "name", "state", "device", "secondsSinceHeartbeat", "run");
            return 0;
        });
        return command;
    }
}
