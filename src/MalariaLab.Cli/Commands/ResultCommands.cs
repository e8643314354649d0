using System.CommandLine;
using System.Text.Json.Nodes;

namespace MalariaLab.Cli.Commands;

/// <summary><c>results</c>, <c>predictions</c> and <c>evaluate</c>.</summary>
public static class ResultCommands
{
    /// <summary><c>results RUN</c>: history, test metrics and hashes.</summary>
    public static Command Results(Option<bool> json)
    {
        var run = new Argument<string>("RUN") { Description = "Id or name." };
        var command = new Command("results", "Epochs, test metrics and hashes of a run.") { run };
        command.SetAction(async (parsed, ct) =>
        {
            using var lab = new LabClient();
            return await Print(lab, parsed.GetValue(run)!, parsed.GetValue(json), ct);
        });
        return command;
    }

    /// <summary><c>predictions RUN --csv FILE</c>.</summary>
    public static Command Predictions()
    {
        var run = new Argument<string>("RUN") { Description = "Id or name." };
        var csv = new Option<string>("--csv") { Description = "File to write.", Required = true };
        var dataset = new Option<string?>("--dataset") { Description = "Another dataset that the run was evaluated on; its own test part by default." };
        var command = new Command("predictions", "Write predictions: image, group, label, predicted, one probability a class.") { run, csv, dataset };
        command.SetAction(async (parsed, ct) =>
        {
            using var lab = new LabClient();
            var of = parsed.GetValue(dataset) is { } other ? $"?dataset={Uri.EscapeDataString(other)}" : "";
            await lab.Download($"runs/{Uri.EscapeDataString(parsed.GetValue(run)!)}/predictions.csv{of}", parsed.GetValue(csv)!, ct);
            return 0;
        });
        return command;
    }

    /// <summary><c>evaluate RUN --dataset D</c>: score a finished run on other images.</summary>
    public static Command Evaluate(Option<bool> json)
    {
        var run = new Argument<string>("RUN") { Description = "Id or name of a finished run." };
        var dataset = new Option<string>("--dataset") { Description = "Dataset whose classes have the same names.", Required = true };
        var wait = new Option<bool>("--wait") { Description = "Wait for the answer." };
        var command = new Command("evaluate", "External validation: score a finished run on another dataset.") { run, dataset, wait };
        command.SetAction(async (parsed, ct) =>
        {
            using var lab = new LabClient();
            var task = await lab.Post($"runs/{Uri.EscapeDataString(parsed.GetValue(run)!)}/evaluations", new JsonObject { ["dataset"] = parsed.GetValue(dataset) }, ct);
            if (parsed.GetValue(wait))
                task = await Waiting.Until(lab, $"evaluations/{task["evaluation"]}", Waiting.IsFinished, t => (string?)t["status"] ?? "", ct);
            if (parsed.GetValue(json)) Output.Json(task);
            else PrintText(task);
            return (string?)task["status"] is "Failed" or "Canceled" ? 1 : 0;
        });
        return command;
    }

    /// <summary>Prints a run's results; 1 for a run that failed or was canceled.</summary>
    public static async Task<int> Print(LabClient lab, string run, bool json, CancellationToken ct)
    {
        var results = await lab.Get($"runs/{Uri.EscapeDataString(run)}/results", ct);
        if (json) Output.Json(results);
        else PrintText(results);
        return (string?)results["status"] is "Failed" or "Canceled" ? 1 : 0;
    }

    private static void PrintText(JsonNode results)
    {
        Output.Fields(results, "run", "name", "recipe", "dataset", "split", "seed", "status", "reason", "device");
        if (results["epochs"] is JsonArray { Count: > 0 } epochs)
            Output.Table(epochs, "epoch", "trainLoss", "trainAccuracy", "valLoss", "valAccuracy", "learningRate", "seconds");
        if (results["test"] is JsonObject test)
        {
            Output.Fields(test,
                "n", "positiveClass", "accuracy", "balancedAccuracy", "sensitivity", "specificity", "precision",
                "f1", "mcc", "auc", "averagePrecision", "logLoss", "brier");
            PrintConfusion(test["confusion"]!);
        }
    }

    private static void PrintConfusion(JsonNode confusion)
    {
        var labels = confusion["labels"]!.AsArray().Select(label => label!.ToString()).ToList();
        var rows = new JsonArray();
        foreach (var (row, i) in confusion["matrix"]!.AsArray().Select((row, i) => (row!.AsArray(), i)))
        {
            var line = new JsonObject { ["truth \\ predicted"] = labels[i] };
            for (var j = 0; j < labels.Count; j++) line[labels[j]] = row[j]?.DeepClone();
            rows.Add(line);
        }
        Output.Table(rows, ["truth \\ predicted", .. labels]);
    }
}
