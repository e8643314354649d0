using System.CommandLine;
using System.Globalization;
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
        var explain = new Option<string?>("--explain") { Description = "Folder for pictures of where the network looked (Grad-CAM), one an image." };
        var command = new Command("predict", "Score images with a finished run: class and probabilities. Research use only.") { run, files, explain };
        command.SetAction(async (parsed, ct) =>
        {
            using var form = new MultipartFormDataContent();
            foreach (var file in parsed.GetValue(files)!)
            {
                if (!File.Exists(file)) throw new LabException($"{file} {(Directory.Exists(file) ? "is a folder" : "does not exist")}: give image files.");
                form.Add(new StreamContent(File.OpenRead(file)), "file", Path.GetFileName(file));
            }
            using var lab = new LabClient();
            var answer = await lab.Post($"runs/{Uri.EscapeDataString(parsed.GetValue(run)!)}/predict{(parsed.GetValue(explain) is null ? "" : "?explain=true")}", form, ct);
            var images = answer["images"]!.AsArray();
            if (parsed.GetValue(explain) is { } folder) await SaveMapsAsync(folder, images, ct);
            if (parsed.GetValue(json)) Output.Json(answer);
            else PrintText(images);
            return images.Any(image => image!["refusal"] is not null) ? 1 : 0;
        });
        return command;
    }

    // A number in front: two images may have one name.
    private static async Task SaveMapsAsync(string folder, JsonArray images, CancellationToken ct)
    {
        Directory.CreateDirectory(folder);
        foreach (var (i, image) in images.Index())
            if (image!["heatMapPng"] is { } map)
            {
                var name = Path.GetFileNameWithoutExtension((string)image["name"]!);
                var file = string.Create(CultureInfo.InvariantCulture, $"{i + 1:000}-{name}.png");
                await File.WriteAllBytesAsync(Path.Combine(folder, file), Convert.FromBase64String((string)map!), ct);
            }
    }

    private static void PrintText(JsonArray images)
    {
        var classes = images.Select(image => image!["probabilities"] as JsonObject).FirstOrDefault(p => p is not null)?.Select(p => p.Key).ToList() ?? [];
        foreach (var image in images)
            foreach (var name in classes) image![name] = image["probabilities"]?[name]?.DeepClone();
        Output.Table(images, ["name", "predicted", .. classes, "refusal"]);
    }
}
