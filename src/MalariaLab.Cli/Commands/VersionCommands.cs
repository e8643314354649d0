using System.CommandLine;
using System.Text.Json.Nodes;

namespace MalariaLab.Cli.Commands;

/// <summary><c>dataset derive | resolve | versions | diff | trash | trashed | restore | purge</c>.</summary>
public static class VersionCommands
{
    private static readonly string[] VersionColumns = ["version", "status", "images", "reason", "createdAt", "hash"];

    /// <summary>Adds the sub-commands.</summary>
    public static void AddTo(Command dataset, Option<bool> json)
    {
        dataset.Add(Derive(json));
        dataset.Add(Resolve(json));
        dataset.Add(Asking("versions", "All versions of a dataset.", json, d => $"datasets/{d}/versions", VersionColumns));
        dataset.Add(Diff(json));
        dataset.Add(Trashed(json));
        dataset.Add(Acting("trash", "Put a dataset into the trash; its runs keep working.", "D", json, (lab, d, ct) => lab.Delete($"datasets/{d}", ct), "dataset", "name"));
        dataset.Add(Acting("restore", "Take a dataset out of the trash.", "ID", json, (lab, d, ct) => lab.Post($"trash/datasets/{d}", new JsonObject(), ct), "dataset"));
        dataset.Add(Acting(
            "purge", "Delete a trashed dataset for good and say how many bytes that freed.", "ID", json,
            (lab, d, ct) => lab.Delete($"trash/datasets/{d}", ct),
            "dataset", "freedBytes"));
    }

    private static Command Derive(Option<bool> json)
    {
        var dataset = new Argument<string>("D") { Description = "Dataset, by id or name; its newest version is the start." };
        var exclude = new Option<string[]>("--exclude") { Description = "Image to leave out, by path or SHA-256; may be repeated." };
        var relabel = new Option<string[]>("--relabel") { Description = "IMAGE=CLASS; may be repeated." };
        var reason = new Option<string>("--reason") { Description = "Why; shown with the version.", DefaultValueFactory = _ => "" };
        var fresh = new Option<bool>("--without-splits") { Description = "Do not take the splits over." };
        var command = new Command("derive", "Make the next version by leaving out or relabelling images.") { dataset, exclude, relabel, reason, fresh };
        command.SetAction(async (parsed, ct) =>
        {
            var labels = new JsonObject();
            foreach (var pair in parsed.GetValue(relabel) ?? [])
            {
                var at = pair.LastIndexOf('=');
                labels[at > 0 ? pair[..at] : throw new LabException($"\"{pair}\" names no class: write IMAGE=CLASS.")] = pair[(at + 1)..];
            }
            using var lab = new LabClient();
            var version = await lab.Post($"datasets/{Uri.EscapeDataString(parsed.GetValue(dataset)!)}/versions", new JsonObject
            {
                ["exclude"] = new JsonArray([.. (parsed.GetValue(exclude) ?? []).Select(image => (JsonNode)image)]),
                ["relabel"] = labels,
                ["reason"] = parsed.GetValue(reason),
                ["carrySplits"] = !parsed.GetValue(fresh),
            }, ct);
            if (parsed.GetValue(json)) Output.Json(version);
            else Output.Fields(version, VersionColumns);
            return 0;
        });
        return command;
    }

    private static Command Resolve(Option<bool> json)
    {
        var dataset = new Argument<string>("D") { Description = "Dataset, by id or name; its newest version is the start." };
        var distance = new Option<int>("--distance") { Description = "Bits that two hashes may differ in, 0 to 10.", DefaultValueFactory = _ => 6 };
        var command = new Command("resolve", "Make the next version with one image of each set of near-duplicates.") { dataset, distance };
        command.SetAction(async (parsed, ct) =>
        {
            using var lab = new LabClient();
            var path = $"datasets/{Uri.EscapeDataString(parsed.GetValue(dataset)!)}/duplicates/resolve?distance={parsed.GetValue(distance)}";
            var version = await lab.Post(path, new JsonObject(), ct);
            if (parsed.GetValue(json)) Output.Json(version);
            else Output.Fields(version, VersionColumns);
            return 0;
        });
        return command;
    }

    private static Command Diff(Option<bool> json)
    {
        var dataset = new Argument<string>("D") { Description = "Dataset, by id or name." };
        var from = new Option<int>("--from") { Description = "Number of the older version.", Required = true };
        var to = new Option<int>("--to") { Description = "Number of the newer version.", Required = true };
        var command = new Command("diff", "What differs between two versions.") { dataset, from, to };
        command.SetAction(async (parsed, ct) =>
        {
            using var lab = new LabClient();
            var diff = await lab.Get($"datasets/{Uri.EscapeDataString(parsed.GetValue(dataset)!)}/changes?from={parsed.GetValue(from)}&to={parsed.GetValue(to)}", ct);
            if (parsed.GetValue(json))
            {
                Output.Json(diff);
                return 0;
            }
            Output.Table(diff["classes"]!, "class", "before", "after");
            Output.Table(diff["relabelled"]!, "path", "from", "to");
            foreach (var (sign, member) in new[] { ("-", "removed"), ("+", "added") })
                foreach (var path in diff[member]!.AsArray()) Console.Out.WriteLine($"{sign} {path}");
            return 0;
        });
        return command;
    }

    private static Command Trashed(Option<bool> json)
    {
        var command = new Command("trashed", "Datasets in the trash.");
        command.SetAction(async (parsed, ct) =>
        {
            using var lab = new LabClient();
            var found = await lab.Get("trash/datasets", ct);
            if (parsed.GetValue(json)) Output.Json(found);
            else Output.Table(found, "dataset", "name", "trashedAt", "versions", "runs");
            return 0;
        });
        return command;
    }

    private static Command Asking(string name, string text, Option<bool> json, Func<string, string> path, string[] columns)
    {
        var dataset = new Argument<string>("D") { Description = "Dataset, by id or name." };
        var command = new Command(name, text) { dataset };
        command.SetAction(async (parsed, ct) =>
        {
            using var lab = new LabClient();
            var found = await lab.Get(path(Uri.EscapeDataString(parsed.GetValue(dataset)!)), ct);
            if (parsed.GetValue(json)) Output.Json(found);
            else Output.Table(found, columns);
            return 0;
        });
        return command;
    }

    private static Command Acting(
        string name,
        string text,
        string subject,
        Option<bool> json,
        Func<LabClient, string, CancellationToken, Task<JsonNode>> act,
        params string[] members)
    {
        var dataset = new Argument<string>(subject) { Description = subject == "ID" ? "Id of the dataset, as in: dataset trashed." : "Dataset, by id or name." };
        var command = new Command(name, text) { dataset };
        command.SetAction(async (parsed, ct) =>
        {
            using var lab = new LabClient();
            var done = await act(lab, Uri.EscapeDataString(parsed.GetValue(dataset)!), ct);
            if (parsed.GetValue(json)) Output.Json(done);
            else Output.Fields(done, members);
            return 0;
        });
        return command;
    }
}
