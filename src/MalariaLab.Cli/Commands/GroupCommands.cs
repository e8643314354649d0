using System.CommandLine;
using System.Text.Json.Nodes;

namespace MalariaLab.Cli.Commands;

/// <summary><c>split folds</c> and <c>runs group</c>.</summary>
public static class GroupCommands
{
    /// <summary><c>split folds D</c>: the splits of a cross-validation.</summary>
    public static Command Folds(Option<bool> json)
    {
        var dataset = new Argument<string>("D") { Description = "Dataset, by id or name." };
        var folds = new Option<int>("--folds") { Description = "Number of folds.", DefaultValueFactory = _ => 5 };
        var by = new Option<string>("--by") { Description = "What stays together.", DefaultValueFactory = _ => "patient" };
        by.AcceptOnlyFromAmong("image", "patient");
        var validation = new Option<double>("--validation") { Description = "Percent of all images, for validation.", DefaultValueFactory = _ => 10 };
        var seed = new Option<long>("--seed") { Description = "Seed of the shuffle.", DefaultValueFactory = _ => 42 };
        var name = new Option<string>("--name") { Description = "Name of the splits; the number of the fold follows it.", Required = true, Aliases = { "-n" } };
        var command = new Command("folds", "Make the splits of a cross-validation, one a fold.") { dataset, folds, by, validation, seed, name };
        command.SetAction(async (parsed, ct) =>
        {
            using var lab = new LabClient();
            var splits = await lab.Post($"datasets/{Uri.EscapeDataString(parsed.GetValue(dataset)!)}/folds", new JsonObject
            {
                ["name"] = parsed.GetValue(name),
                ["folds"] = parsed.GetValue(folds),
                ["by"] = parsed.GetValue(by),
                ["validation"] = parsed.GetValue(validation),
                ["seed"] = parsed.GetValue(seed),
            }, ct);
            if (parsed.GetValue(json)) Output.Json(splits);
            else Output.Table(splits, "split", "name", "train", "validation", "test", "leakedGroups");
            return 0;
        });
        return command;
    }

    /// <summary><c>runs group ID</c>: mean and standard deviation of a group, and its figures over all images.</summary>
    public static Command Show(Option<bool> json)
    {
        var group = new Argument<long>("ID") { Description = "Id of the group, as printed by: run --folds." };
        var command = new Command("group", "Mean and standard deviation over a group of runs; for folds also all images together.") { group };
        command.SetAction(async (parsed, ct) =>
        {
            using var lab = new LabClient();
            return Print(await lab.Get($"groups/{parsed.GetValue(group)}", ct), parsed.GetValue(json));
        });
        return command;
    }

    internal static int Print(JsonNode group, bool json)
    {
        if (json)
        {
            Output.Json(group);
            return 0;
        }
        Output.Fields(group, "group", "kind", "name", "pooledImages");
        Output.Table(group["runs"]!, "run", "name", "status", "accuracy", "auc");
        Output.Table(group["figures"]!, "figure", "n", "mean", "standardDeviation", "min", "max");
        if (group["pooled"] is { } pooled) Output.Fields(pooled, "n", "accuracy", "sensitivity", "specificity", "f1", "auc", "logLoss");
        return 0;
    }
}
