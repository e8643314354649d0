using System.CommandLine;
using System.Text.Json.Nodes;

namespace MalariaLab.Cli.Commands;

/// <summary><c>weights import | download | official | list | delete</c>.</summary>
public static class WeightsCommands
{
    /// <summary>The command with its sub-commands.</summary>
    public static Command Create(Option<bool> json) => new("weights", "The library of weights that runs can start from.")
    {
        Import(json), Download(json), Official(json), List(json), Delete(),
    };

    private static Command Import(Option<bool> json)
    {
        var file = new Argument<string>("FILE") { Description = "A safetensors, torchvision .pth or Keras .h5 file." };
        var name = new Option<string?>("--name") { Description = "Name in the library; the file's own by default." };
        var source = new Option<string?>("--source") { Description = "Where the file comes from." };
        var licence = new Option<string?>("--licence") { Description = "Note on its licence." };
        var wait = Wait();
        var command = new Command("import", "Upload a file and have its tensors matched with the lab's networks.") { file, name, source, licence, wait };
        command.SetAction(async (parsed, ct) =>
        {
            var path = parsed.GetValue(file)!;
            if (!File.Exists(path)) throw new LabException($"{path} {(Directory.Exists(path) ? "is a folder" : "does not exist")}: give a weights file.");
            using var lab = new LabClient();
            // Fields go before the file, so that the server knows what the stream is before it begins.
            using var form = new MultipartFormDataContent();
            foreach (var (field, value) in new[] { ("name", parsed.GetValue(name)), ("source", parsed.GetValue(source)), ("licence", parsed.GetValue(licence)) })
                if (value is not null) form.Add(new StringContent(value), field);
            form.Add(new StreamContent(File.OpenRead(path)), "file", Path.GetFileName(path));
            return await Follow(lab, await lab.Post("weights", form, ct), parsed.GetValue(wait), parsed.GetValue(json), ct);
        });
        return command;
    }

    private static Command Download(Option<bool> json)
    {
        var key = new Argument<string>("KEY") { Description = "A key of: weights official." };
        var wait = Wait();
        var command = new Command("download", "Have the lab fetch official weights and prove their checksum.") { key, wait };
        command.SetAction(async (parsed, ct) =>
        {
            using var lab = new LabClient();
            var started = await lab.Post($"weights/official/{Uri.EscapeDataString(parsed.GetValue(key)!)}", new JsonObject(), ct);
            return await Follow(lab, started, parsed.GetValue(wait), parsed.GetValue(json), ct);
        });
        return command;
    }

    private static Command Official(Option<bool> json) =>
        Table("official", "Weights that the lab can fetch.", "weights/official", json, "key", "title", "architecture", "checksum", "address");

    private static Command List(Option<bool> json) =>
        Table("list", "Files of the library, newest first.", "weights", json, "weights", "name", "architecture", "format", "tensors", "bytes", "sha256");

    private static Command Delete()
    {
        var id = new Argument<long>("ID") { Description = "Number of the file, from: weights list." };
        var command = new Command("delete", "Remove a file from the library.") { id };
        command.SetAction(async (parsed, ct) =>
        {
            using var lab = new LabClient();
            await lab.Delete($"weights/{parsed.GetValue(id)}", ct);
            return 0;
        });
        return command;
    }

    private static Command Table(string name, string description, string path, Option<bool> json, params string[] columns)
    {
        var command = new Command(name, description);
        command.SetAction(async (parsed, ct) =>
        {
            using var lab = new LabClient();
            var rows = await lab.Get(path, ct);
            if (parsed.GetValue(json)) Output.Json(rows);
            else Output.Table(rows, columns);
            return 0;
        });
        return command;
    }

    private static Option<bool> Wait() => new("--wait") { Description = "Wait until the file is in the library." };

    private static async Task<int> Follow(LabClient lab, JsonNode import, bool wait, bool json, CancellationToken ct)
    {
        if (wait)
            import = await Waiting.Until(lab, $"weights/imports/{import["task"]}", Waiting.IsFinished, s => $"{s["status"]} {s["stage"]}", ct);
        if (json) Output.Json(import);
        else
        {
            Output.Fields(import, "task", "status", "reason");
            if (import["file"] is JsonObject file) Output.Fields(file, "weights", "name", "architecture", "format", "tensors", "bytes", "sha256");
        }
        return (string?)import["status"] is "Failed" or "Canceled" ? 1 : 0;
    }
}
