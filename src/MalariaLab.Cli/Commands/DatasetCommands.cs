using System.CommandLine;
using System.Text.Json.Nodes;

namespace MalariaLab.Cli.Commands;

/// <summary><c>dataset import | official | add | list | show | refused | positive | images</c>.</summary>
public static class DatasetCommands
{
    private const string Inbox = "inbox:";

    /// <summary>The command with its sub-commands.</summary>
    public static Command Create(Option<bool> json)
    {
        var command = new Command("dataset", "Import, look at and change datasets.")
        {
            Import(json),
            Official(json),
            Add(json),
            List(json),
            Show(json),
            Refused(json),
            Positive(json),
            ImageCommands.Create(json),
        };
        VersionCommands.AddTo(command, json);
        InsightCommands.AddTo(command, json);
        return command;
    }

    private static Command Positive(Option<bool> json)
    {
        var dataset = new Argument<string>("D") { Description = "Dataset, by id or name." };
        var name = new Argument<string>("CLASS") { Description = "Name of the class." };
        var command = new Command("positive", "Choose the class that counts as positive, before the first run.") { dataset, name };
        command.SetAction(async (parsed, ct) =>
        {
            using var lab = new LabClient();
            var answer = await lab.Put($"datasets/{Uri.EscapeDataString(parsed.GetValue(dataset)!)}/positive", new JsonObject { ["class"] = parsed.GetValue(name) }, ct);
            if (parsed.GetValue(json)) Output.Json(answer);
            else Output.Fields(answer, "dataset", "name", "positiveClass");
            return 0;
        });
        return command;
    }

    private static Command Add(Option<bool> json)
    {
        var dataset = new Argument<string>("D") { Description = "Dataset, by id or name; its newest version is the start." };
        var path = new Argument<string>("PATH") { Description = "A zip file or a folder of class folders." };
        var reason = new Option<string>("--reason") { Description = "Why; shown with the version.", DefaultValueFactory = _ => "" };
        var fresh = new Option<bool>("--without-splits") { Description = "Do not take the splits over." };
        var wait = new Option<bool>("--wait") { Description = "Wait until the import is finished." };
        var command = new Command("add", "Add images to a dataset as its next version.") { dataset, path, reason, fresh, wait };
        command.SetAction((parsed, ct) =>
        {
            var fields = new MultipartFormDataContent
            {
                { new StringContent(parsed.GetValue(dataset)!), "into" },
                { new StringContent(parsed.GetValue(reason)!), "reason" },
                { new StringContent(parsed.GetValue(fresh) ? "drop" : "carry"), "splits" },
            };
            return SendAsync(WithFile(fields, parsed.GetValue(path)!), parsed.GetValue(wait), parsed.GetValue(json), ct);
        });
        return command;
    }

    private static async Task<int> SendAsync(HttpContent form, bool wait, bool json, CancellationToken ct)
    {
        using var lab = new LabClient();
        using var body = form;
        var import = await lab.Post("imports", body, ct);
        if (wait) import = await Waiting.Until(lab, $"imports/{import["import"]}", IsFinished, s => (string?)s["stage"] ?? "", ct);
        if (json) Output.Json(import);
        else Output.Fields(import, "import", "dataset", "status", "verdict", "images", "refused");
        return (string?)import["status"] is "Failed" or "Canceled" ? 1 : 0;
    }

    private static Command Import(Option<bool> json)
    {
        var path = new Argument<string>("PATH")
        {
            Description = "A zip file, a folder of class folders, \"sample\" for the generated cells, "
                + "\"inbox:NAME\" for what lies in the lab's inbox folder, or \"official:KEY\" for a published dataset (dataset official lists them).",
        };
        var name = new Option<string>("--name") { Description = "Name of the dataset.", Required = true };
        var group = new Option<string>("--group")
        {
            Description = "How to find an image's patient: none, nih, kermany, regex:PATTERN or csv:FILE; of several files with commas between them.",
            DefaultValueFactory = _ => "none",
        };
        var wait = new Option<bool>("--wait") { Description = "Wait until the import is finished." };
        var command = new Command("import", "Upload images and have every one of them checked.") { path, name, group, wait };
        command.SetAction((parsed, ct) =>
            SendAsync(Upload(parsed.GetValue(path)!, parsed.GetValue(name)!, parsed.GetValue(group)!), parsed.GetValue(wait), parsed.GetValue(json), ct));
        return command;
    }

    private static Command Official(Option<bool> json)
    {
        var command = new Command("official", "Published datasets that the lab can fetch.");
        command.SetAction(async (parsed, ct) =>
        {
            using var lab = new LabClient();
            var offered = await lab.Get("imports/official", ct);
            if (parsed.GetValue(json)) Output.Json(offered);
            else Output.Table(offered, "key", "title", "bytes", "url");
            return 0;
        });
        return command;
    }

    private static Command List(Option<bool> json)
    {
        var command = new Command("list", "All datasets.");
        command.SetAction(async (parsed, ct) =>
        {
            using var lab = new LabClient();
            var datasets = await lab.Get("datasets", ct);
            if (parsed.GetValue(json)) Output.Json(datasets);
            else Output.Table(datasets, "dataset", "name", "version", "status", "images", "classes", "groups");
            return 0;
        });
        return command;
    }

    private static Command Show(Option<bool> json)
    {
        var dataset = new Argument<string>("D") { Description = "Id or name." };
        var command = new Command("show", "One dataset with its splits.") { dataset };
        command.SetAction(async (parsed, ct) =>
        {
            using var lab = new LabClient();
            var found = await lab.Get($"datasets/{Uri.EscapeDataString(parsed.GetValue(dataset)!)}", ct);
            if (parsed.GetValue(json))
            {
                Output.Json(found);
                return 0;
            }
            Output.Fields(found, "dataset", "name", "version", "status", "verdict", "images", "classes", "positiveClass", "groups", "refused", "bytes", "hash");
            Output.Table(found["classCounts"]!, "class", "images");
            Output.Table(found["splits"]!, "split", "name", "train", "validation", "test", "leakedGroups", "hash");
            return 0;
        });
        return command;
    }

    private static Command Refused(Option<bool> json)
    {
        var dataset = new Argument<string>("D") { Description = "Id or name." };
        var kind = new Option<string?>("--kind") { Description = "Only of this kind, for example corrupt, duplicate or noClass." };
        var command = new Command("refused", "Files that the import did not take, each with its reason.") { dataset, kind };
        command.SetAction(async (parsed, ct) =>
        {
            using var lab = new LabClient();
            var found = await lab.Get($"datasets/{Uri.EscapeDataString(parsed.GetValue(dataset)!)}", ct);
            var wanted = parsed.GetValue(kind);
            var shown = found["refusals"]!.AsArray()
                .Where(file => wanted is null || wanted.Equals((string?)file!["kind"], StringComparison.OrdinalIgnoreCase));
            var files = new JsonArray([.. shown.Select(file => file!.DeepClone())]);
            if (parsed.GetValue(json)) Output.Json(files);
            else Output.Table(files, "path", "kind", "reason");
            return 0;
        });
        return command;
    }

    private static bool IsFinished(JsonNode import) => (string?)import["status"] is "Ready" or "NotReady" or "Failed" or "Canceled";

    private static MultipartFormDataContent Upload(string path, string name, string group)
    {
        // Fields go before the file, so that the server knows what the stream is before it begins.
        var form = new MultipartFormDataContent { { new StringContent(name), "name" } };
        if (group.StartsWith("csv:", StringComparison.Ordinal))
        {
            var files = group["csv:".Length..].Split(',', StringSplitOptions.TrimEntries);
            if (files.FirstOrDefault(f => !File.Exists(f)) is { } missing) throw new LabException($"The group map {missing} does not exist.");
            form.Add(new StringContent("csv:" + string.Join(", ", files.Select(Path.GetFileName))), "group");
            form.Add(new StringContent(string.Join('\n', files.Select(File.ReadAllText))), "groups", "groups.csv");
        }
        else form.Add(new StringContent(group), "group");

        return WithFile(form, path);
    }

    private static MultipartFormDataContent WithFile(MultipartFormDataContent form, string path)
    {
        if (path == "sample" || path.StartsWith("official:", StringComparison.Ordinal)) form.Add(new StringContent(path), "source");
        else if (path.StartsWith(Inbox, StringComparison.Ordinal))
        {
            form.Add(new StringContent("inbox"), "source");
            form.Add(new StringContent(path[Inbox.Length..]), "inbox");
        }
        else if (Directory.Exists(path)) form.Add(new FolderContent(path), "file", Path.GetFileName(Path.GetFullPath(path)) + ".zip");
        else if (File.Exists(path)) form.Add(new StreamContent(File.OpenRead(path)), "file", Path.GetFileName(path));
        else throw new LabException($"{path} does not exist: give a zip file or a folder of class folders.");
        return form;
    }
}
