using System.CommandLine;
using System.Text.Json.Nodes;

namespace MalariaLab.Cli.Commands;

/// <summary><c>dataset statistics | duplicates | audit</c>: reports about a dataset's newest version, made when they are not there yet.</summary>
public static class InsightCommands
{
    /// <summary>Adds the sub-commands.</summary>
    public static void AddTo(Command dataset, Option<bool> json)
    {
        dataset.Add(Report("statistics", "Sizes, formats, bytes and patients.", json, report =>
        {
            Output.Table(report["sizes"]!, "name", "min", "mean", "median", "max");
            Output.Table(report["formats"]!, "format", "channels", "count");
            if (report["groups"] is { } groups) Output.Fields(groups, "count", "least", "median", "most", "mixed", "ungrouped");
        }));
        dataset.Add(Report("duplicates", "Images that show the same picture, by hash and colours.", json, report =>
        {
            Output.Fields(report, "images", "candidates", "found");
            var rows = report["pairs"]!.AsArray().Select(pair => (JsonNode)new JsonObject
            {
                ["first"] = (string?)pair!["first"]!["path"],
                ["second"] = (string?)pair["second"]!["path"],
                ["classes"] = string.Join(", ", new[] { (string?)pair["first"]!["class"], (string?)pair["second"]!["class"] }.Distinct()),
                ["distance"] = (int)pair["distance"]!,
                ["exact"] = (bool)pair["exact"]!,
            });
            Output.Table(new JsonArray([.. rows]), "first", "second", "classes", "distance", "exact");
        }));
        dataset.Add(Report("audit", "What predicts the class although a network should not need it.", json, report =>
        {
            Console.Out.WriteLine((string?)report["finding"]);
            Output.Table(report["scores"]!, "class", "feature", "auc", "low", "high", "notable");
        }));
    }

    private static Command Report(string name, string description, Option<bool> json, Action<JsonNode> print)
    {
        var dataset = new Argument<string>("D") { Description = "Dataset, by id or name." };
        var command = new Command(name, description) { dataset };
        command.SetAction(async (parsed, ct) =>
        {
            using var lab = new LabClient();
            var path = $"datasets/{Uri.EscapeDataString(parsed.GetValue(dataset)!)}/{name}";
            var found = await lab.Get(path, ct);
            if ((string?)found["status"] is not "Ready")
            {
                await lab.Post(path, new JsonObject(), ct);
                found = await Waiting.Until(lab, path, state => (string?)state["status"] is "Ready" or "Failed" or "Canceled", state => (string?)state["stage"] ?? "", ct);
            }
            if (parsed.GetValue(json)) Output.Json(found);
            else if (found["report"] is { } report) print(report);
            else throw new LabException((string?)found["reason"] is { Length: > 0 } reason ? reason : "The report was not made.");
            return (string?)found["status"] == "Ready" ? 0 : 1;
        });
        return command;
    }
}
