using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace MalariaLab.Cli.Commands;

/// <summary><c>split create | folds | show | delete</c>.</summary>
public static class SplitCommands
{
    /// <summary>The command with its sub-commands.</summary>
    public static Command Create(Option<bool> json)
    {
        var dataset = new Argument<string>("D") { Description = "Dataset, by id or name." };
        var ratios = new Option<string>("--ratios") { Description = "Percent of train/validation/test, for example 60/10/30.", DefaultValueFactory = _ => "60/10/30" };
        var by = new Option<string>("--by") { Description = "What stays together.", DefaultValueFactory = _ => "patient" };
        by.AcceptOnlyFromAmong("image", "patient", "folders");
        var seed = new Option<long>("--seed") { Description = "Seed of the shuffle.", DefaultValueFactory = _ => 42 };
        var name = new Option<string>("--name") { Description = "Name of the split.", Required = true, Aliases = { "-n" } };
        var loose = new Option<bool>("--unstratified") { Description = "Do not keep class shares alike in all parts." };
        var create = new Command("create", "Deal the images to train, validation and test, once and for all.") { dataset, ratios, by, seed, loose, name };
        create.SetAction(async (parsed, ct) =>
        {
            var shares = Percentages(parsed.GetValue(ratios)!);
            using var lab = new LabClient();
            var split = await lab.Post($"datasets/{Uri.EscapeDataString(parsed.GetValue(dataset)!)}/splits", new JsonObject
            {
                ["name"] = parsed.GetValue(name),
                ["by"] = parsed.GetValue(by),
                ["train"] = shares[0],
                ["validation"] = shares[1],
                ["test"] = shares[2],
                ["seed"] = parsed.GetValue(seed),
                ["stratified"] = !parsed.GetValue(loose),
            }, ct);
            if (parsed.GetValue(json)) Output.Json(split);
            else Output.Fields(split, "split", "name", "train", "validation", "test", "leakedGroups", "hash");
            return 0;
        });
        return new Command("split", "Make splits and look at them.") { create, GroupCommands.Folds(json), Show(json), Delete(json) };
    }

    private static Command Show(Option<bool> json) => OfSplit(
        "show", "Images a part and class, and the patients that leak between parts.", (lab, path, ct) => lab.Get(path, ct), json, found =>
    {
        Output.Fields(found["split"]!, "split", "name", "train", "validation", "test", "leakedGroups", "hash");
        Output.Table(found["classes"]!, "part", "class", "images", "share", "ofAll");
        if (found["sharedGroups"]!.AsArray().Count > 0) Output.Table(found["sharedGroups"]!, "key", "train", "validation", "test");
        if (found["sharedContents"]!.AsArray().Count > 0) Output.Table(found["sharedContents"]!, "key", "train", "validation", "test");
    });

    private static Command Delete(Option<bool> json) => OfSplit(
        "delete", "Delete a split that no run uses.", (lab, path, ct) => lab.Delete(path, ct), json, gone => Output.Fields(gone, "split", "name"));

    private static Command OfSplit(string name, string text, Func<LabClient, string, CancellationToken, Task<JsonNode>> ask, Option<bool> json, Action<JsonNode> print)
    {
        var dataset = new Argument<string>("D") { Description = "Dataset, by id or name." };
        var split = new Argument<string>("SPLIT") { Description = "Split, by id or name." };
        var command = new Command(name, text) { dataset, split };
        command.SetAction(async (parsed, ct) =>
        {
            using var lab = new LabClient();
            var answer = await ask(lab, $"datasets/{Uri.EscapeDataString(parsed.GetValue(dataset)!)}/splits/{Uri.EscapeDataString(parsed.GetValue(split)!)}", ct);
            if (parsed.GetValue(json)) Output.Json(answer);
            else print(answer);
            return 0;
        });
        return command;
    }

    private static double[] Percentages(string text)
    {
        var parts = text.Split('/');
        var shares = new double[3];
        if (parts.Length == 3)
        {
            var read = parts.Select((part, i) => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out shares[i])).All(ok => ok);
            if (read) return shares;
        }
        throw new LabException($"\"{text}\" is not a ratio: write train/validation/test in percent, for example 60/10/30.");
    }
}
