using System.CommandLine;
using System.Text.Json.Nodes;

namespace MalariaLab.Cli.Commands;

/// <summary><c>predict</c>.</summary>
public static class PredictCommands
{
    /// <summary><c>predict RUN FILE…</c>: class and probabilities of images.</summary>
    public static Command Create(Option<bool> json)
    {
        var run = new Argument<string>("RUN") { Description = "Id or name of a finished run." };
        var files = new Argument<string[]>("FILE") { Description = "Images.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("predict", "Score images with a finished run: class and probabilities. Research use only.") { run, files };
        command.SetAction(async (parsed, ct) =>
        {
            using var form = new MultipartFormDataContent();
            foreach (var file in parsed.GetValue(files)!)
            {
                if (!File.Exists(file)) throw new LabException($"{file} does not exist: give image files.");
                form.Add(new StreamContent(File.OpenRead(file)), "file", Path.GetFileName(file));
            }
            using var lab = new LabClient();
            var answer = await lab.Post($"runs/{Uri.EscapeDataString(parsed.GetValue(run)!)}/predict", form, ct);
            var images = answer["images"]!.AsArray();
            if (parsed.GetValue(json)) Output.Json(answer);
            else PrintText(images);
            return images.Any(image => image!["refusal"] is not null) ? 1 : 0;
        });
        return command;
    }

    private static void PrintText(JsonArray images)
    {
        var classes = images.Select(image => image!["probabilities"] as JsonObject).FirstOrDefault(p => p is not null)?.Select(p => p.Key).ToList() ?? [];
        foreach (var image in images)
            foreach (var name in classes) image![name] = image["probabilities"]?[name]?.DeepClone();
        Output.Table(images, ["name", "predicted", .. classes, "refusal"]);
    }
}
