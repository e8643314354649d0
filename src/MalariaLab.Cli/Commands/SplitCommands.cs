using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace MalariaLab.Cli.Commands;

/// <summary><c>split create | folds</c>.</summary>
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
        var create = new Command("create", "Deal the images to train, validation and test, once and for all.") { dataset, ratios, by, seed, name };
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
            }, ct);
            if (parsed.GetValue(json)) Output.Json(split);
            else Output.Fields(split, "split", "name", "train", "validation", "test", "leakedGroups", "hash");
            return 0;
        });
        return new Command("split", "Make splits.") { create, GroupCommands.Folds(json) };
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
