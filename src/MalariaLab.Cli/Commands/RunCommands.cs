using System.CommandLine;
using System.Text.Json.Nodes;

namespace MalariaLab.Cli.Commands;

/// <summary><c>run</c>, <c>runs</c>, <c>cancel</c> and <c>resume</c>.</summary>
public static class RunCommands
{
    /// <summary><c>run RECIPE …</c>: define and queue.</summary>
    public static Command Create(Option<bool> json)
    {
        var recipe = new Argument<string>("RECIPE") { Description = "Key of a recipe, for example lenet." };
        var dataset = new Option<string>("--dataset") { Description = "Dataset, by id or name.", Required = true };
        var split = new Option<string>("--split") { Description = "Split, by id or name.", Required = true };
        var name = new Option<string?>("--name") { Description = "Name of the run; the recipe's by default." };
        var epochs = new Option<int?>("--epochs") { Description = "Epochs at most." };
        var seed = new Option<long?>("--seed") { Description = "Seed of weights, order and augmentation." };
        var set = new Option<string[]>("--set") { Description = "Change one field of the spec, for example optimizer.learningRate=0.001.", AllowMultipleArgumentsPerToken = true };
        var wait = new Option<bool>("--wait") { Description = "Wait until the run is finished and print its results." };
        var folds = new Option<bool>("--folds") { Description = "One run for each fold of the cross-validation that the split belongs to." };
        var command = new Command("run", "Queue an experiment.") { recipe, dataset, split, name, epochs, seed, set, folds, wait };
        command.SetAction(async (parsed, ct) =>
        {
            using var lab = new LabClient();
            var request = new JsonObject
            {
                ["recipe"] = parsed.GetValue(recipe),
                ["dataset"] = parsed.GetValue(dataset),
                ["split"] = parsed.GetValue(split),
                ["name"] = parsed.GetValue(name),
                ["epochs"] = parsed.GetValue(epochs),
                ["seed"] = parsed.GetValue(seed),
                ["set"] = Settings(parsed.GetValue(set) ?? []),
            };
            if (parsed.GetValue(folds))
            {
                var group = await lab.Post("groups", request, ct);
                Warn(group);
                if (parsed.GetValue(wait))
                    group = await Waiting.Until(
                        lab,
                        $"groups/{group["group"]}",
                        g => g["runs"]!.AsArray().All(r => Waiting.IsFinished(r!)),
                        g => $"{g["runs"]!.AsArray().Count(r => Waiting.IsFinished(r!))} of {g["runs"]!.AsArray().Count} finished",
                        ct);
                return GroupCommands.Print(group, parsed.GetValue(json));
            }
            var run = await lab.Post("runs", request, ct);
            Warn(run);
            if (parsed.GetValue(wait))
            {
                await Waiting.Until(lab, $"runs/{run["run"]}", Waiting.IsFinished, s => $"{s["status"]} {s["stage"]} {s["epoch"]}/{s["epochs"]}", ct);
                return await ResultCommands.Print(lab, run["run"]!.ToString(), parsed.GetValue(json), ct);
            }
            if (parsed.GetValue(json)) Output.Json(run);
            else Output.Fields(run, "run", "name", "recipe", "status");
            return 0;
        });
        return command;
    }

    /// <summary><c>runs</c>: the latest, newest first.</summary>
    public static Command List(Option<bool> json)
    {
        var status = new Option<string?>("--status") { Description = "Only runs in this state." };
        var limit = new Option<int>("--limit") { Description = "At most this many.", DefaultValueFactory = _ => 50 };
        var command = new Command("runs", "List runs, newest first.") { status, limit, GroupCommands.Show(json) };
        command.SetAction(async (parsed, ct) =>
        {
            using var lab = new LabClient();
            var filter = parsed.GetValue(status) is { } wanted ? $"&status={Uri.EscapeDataString(wanted)}" : "";
            var runs = await lab.Get($"runs?limit={parsed.GetValue(limit)}{filter}", ct);
            if (parsed.GetValue(json)) Output.Json(runs);
            else Output.Table(runs, "run", "name", "recipe", "dataset", "split", "status", "epoch", "accuracy", "auc");
            return 0;
        });
        return command;
    }

    /// <summary><c>cancel RUN</c>.</summary>
    public static Command Cancel(Option<bool> json)
    {
        var run = new Argument<string>("RUN") { Description = "Id or name." };
        var command = new Command("cancel", "Cancel a run: at once while queued, within one batch while running; its checkpoint is kept.") { run };
        command.SetAction(async (parsed, ct) =>
        {
            using var lab = new LabClient();
            var answer = await lab.Post($"runs/{Uri.EscapeDataString(parsed.GetValue(run)!)}/cancel", new JsonObject(), ct);
            if (parsed.GetValue(json)) Output.Json(answer);
            else Output.Fields(answer, "run", "name", "status", "reason");
            if (!Waiting.IsFinished(answer)) Console.Error.WriteLine("It stops within one batch and keeps its last checkpoint.");
            return 0;
        });
        return command;
    }

    /// <summary><c>resume RUN</c>.</summary>
    public static Command Resume(Option<bool> json)
    {
        var run = new Argument<string>("RUN") { Description = "Id or name of a failed or canceled run." };
        var command = new Command("resume", "Queue a failed or canceled run again: it goes on from its last checkpoint.") { run };
        command.SetAction(async (parsed, ct) =>
        {
            using var lab = new LabClient();
            var answer = await lab.Post($"runs/{Uri.EscapeDataString(parsed.GetValue(run)!)}/resume", new JsonObject(), ct);
            if (parsed.GetValue(json)) Output.Json(answer);
            else Output.Fields(answer, "run", "name", "status", "epoch", "epochs");
            return 0;
        });
        return command;
    }

    private static void Warn(JsonNode queued)
    {
        foreach (var warning in queued["warnings"]?.AsArray() ?? [])
            Console.Error.WriteLine($"Warning: {warning}");
    }

    private static JsonObject Settings(string[] assignments)
    {
        var settings = new JsonObject();
        foreach (var assignment in assignments)
        {
            var at = assignment.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0) throw new LabException($"\"{assignment}\" is not an assignment: write key=value, for example training.batchSize=64.");
            settings[assignment[..at]] = assignment[(at + 1)..];
        }
        return settings;
    }
}
