using System.CommandLine;
using System.Text.Json.Nodes;

namespace MalariaLab.Cli.Commands;

/// <summary><c>export</c>.</summary>
public static class ExportCommands
{
    /// <summary><c>export RUN [--format F] [--out FILE]</c>: takes a file of a run away; without a format, lists what there is.</summary>
    public static Command Create(Option<bool> json)
    {
        var run = new Argument<string>("RUN") { Description = "Id or name." };
        var format = new Option<string?>("--format")
        {
            Description = "history.csv, predictions.json, tensorboard, weights.safetensors, model.onnx and so on; without it, the run's files are listed.",
        };
        var output = new Option<string?>("--out") { Description = "File to write; by default the lab's own name, here." };
        var command = new Command("export", "Take history, predictions, weights or the model of a run away.") { run, format, output };
        command.SetAction(async (parsed, ct) =>
        {
            using var lab = new LabClient();
            var path = $"runs/{Uri.EscapeDataString(parsed.GetValue(run)!)}/exports";
            var files = (await lab.Get(path, ct)).AsArray();
            if (parsed.GetValue(format) is not { } wanted)
            {
                if (parsed.GetValue(json)) Output.Json(files);
                else Output.Table(files, "format", "file", "what", "rows", "bytes");
                return 0;
            }
            // One that is not listed is asked for all the same: the lab's sentence says why it isn't there.
            var listed = files.FirstOrDefault(f => (string?)f!["format"] == wanted);
            var file = parsed.GetValue(output) ?? (string?)listed?["file"] ?? wanted;
            await lab.Download($"{path}/{Uri.EscapeDataString(wanted)}", file, ct);
            if (parsed.GetValue(json)) Output.Json(new JsonObject { ["file"] = file, ["bytes"] = new FileInfo(file).Length });
            else Console.Out.WriteLine(file);
            return 0;
        });
        return command;
    }
}
