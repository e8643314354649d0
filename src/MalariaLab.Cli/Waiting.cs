using System.Text.Json.Nodes;

namespace MalariaLab.Cli;

/// <summary>Polls until something is finished, with the stage on the error stream so that standard output stays clean.</summary>
public static class Waiting
{
    /// <summary>Asks <paramref name="path"/> once a second until <paramref name="finished"/> holds.</summary>
    public static async Task<JsonNode> Until(LabClient lab, string path, Func<JsonNode, bool> finished, Func<JsonNode, string> line, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        var shown = "";
        while (true)
        {
            var state = await lab.Get(path, ct);
            var now = line(state);
            if (now != shown) await Console.Error.WriteLineAsync(shown = now);
            if (finished(state)) return state;
            await timer.WaitForNextTickAsync(ct);
        }
    }

    /// <summary>Whether a run or a task has come to one of its ends.</summary>
    public static bool IsFinished(JsonNode work) => (string?)work["status"] is "Succeeded" or "Failed" or "Canceled";
}
