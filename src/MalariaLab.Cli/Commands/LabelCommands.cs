using System.CommandLine;
using System.Text.Json.Nodes;

namespace MalariaLab.Cli.Commands;

/// <summary><c>label suspects | judge | undo | disagreements | agreement | version</c>.</summary>
public static class LabelCommands
{
    /// <summary>The command with its sub-commands.</summary>
    public static Command Create(Option<bool> json) => new("label", "Check the labels of a dataset's newest version.")
    {
        Suspects(json),
        Judge(json),
        Undo(json),
        Disagreements(json),
        Agreement(json),
        Version(json),
    };

    private static Argument<string> Dataset() => new("D") { Description = "Dataset, by id or name." };

    private static string At(ParseResult parsed, Argument<string> dataset, string rest) => $"datasets/{Uri.EscapeDataString(parsed.GetValue(dataset)!)}/labels{rest}";

    private static Command Suspects(Option<bool> json)
    {
        var dataset = Dataset();
        var run = new Option<long?>("--run") { Description = "Id of a finished run: its test and validation images are checked." };
        var group = new Option<long?>("--group") { Description = "Id of a group of folds: every image is checked." };
        var order = new Option<string>("--order") { Description = "selfConfidence or margin.", DefaultValueFactory = _ => "selfConfidence" };
        order.AcceptOnlyFromAmong("selfConfidence", "margin");
        var limit = new Option<int>("--limit") { Description = "At most this many.", DefaultValueFactory = _ => 100 };
        var command = new Command("suspects", "Images whose out-of-sample prediction confidently contradicts the label, the most suspect first.")
        {
            dataset,
            run,
            group,
            order,
            limit,
        };
        command.SetAction((parsed, ct) =>
        {
            var source = parsed.GetValue(group) is { } id ? $"group={id}"
                : parsed.GetValue(run) is { } one ? $"run={one}"
                : throw new LabException("Say whose scores to use: --run ID or --group ID.");
            var path = At(parsed, dataset, $"/suspects?{source}&order={parsed.GetValue(order)}&limit={parsed.GetValue(limit)}");
            return PrintAsync(lab => lab.Get(path, ct), parsed.GetValue(json), "path", "label", "suggested", "selfConfidence", "margin");
        });
        return command;
    }

    private static Command Judge(Option<bool> json)
    {
        var dataset = Dataset();
        var image = new Argument<string>("IMAGE") { Description = "Path or SHA-256." };
        var decision = new Argument<string>("DECISION") { Description = "keep, relabel or exclude." };
        decision.AcceptOnlyFromAmong("keep", "relabel", "exclude");
        var label = new Option<string?>("--label") { Description = "Name of the class, with relabel." };
        var command = new Command("judge", "Store your judgement of an image; needs the API token of an account.") { dataset, image, decision, label };
        command.SetAction((parsed, ct) =>
        {
            var judgement = new JsonObject { ["image"] = parsed.GetValue(image), ["decision"] = parsed.GetValue(decision), ["label"] = parsed.GetValue(label) };
            return PrintAsync(lab => lab.Post(At(parsed, dataset, ""), judgement, ct), parsed.GetValue(json), "image", "decision");
        });
        return command;
    }

    private static Command Undo(Option<bool> json)
    {
        var dataset = Dataset();
        var image = new Argument<string>("IMAGE") { Description = "Path or SHA-256." };
        var command = new Command("undo", "Take your judgement of an image back; needs the API token of an account.") { dataset, image };
        command.SetAction((parsed, ct) =>
        {
            var path = At(parsed, dataset, $"?image={Uri.EscapeDataString(parsed.GetValue(image)!)}");
            return PrintAsync(lab => lab.Delete(path, ct), parsed.GetValue(json), "image");
        });
        return command;
    }

    private static Command Disagreements(Option<bool> json)
    {
        var dataset = Dataset();
        var command = new Command("disagreements", "Images about which readers differ, of those that you have judged.") { dataset };
        command.SetAction((parsed, ct) => PrintAsync(lab => lab.Get(At(parsed, dataset, "/disagreements"), ct), parsed.GetValue(json), "path", "label"));
        return command;
    }

    private static Command Agreement(Option<bool> json)
    {
        var dataset = Dataset();
        var command = new Command("agreement", "Cohen's kappa of each two readers.") { dataset };
        command.SetAction((parsed, ct) => PrintAsync(
            lab => lab.Get(At(parsed, dataset, "/agreement"), ct),
            parsed.GetValue(json),
            "first", "second", "images", "same", "kappa", "kappaLow", "kappaHigh"));
        return command;
    }

    private static Command Version(Option<bool> json)
    {
        var dataset = Dataset();
        var reason = new Option<string>("--reason") { Description = "Why; shown with the version.", DefaultValueFactory = _ => "Label check" };
        var command = new Command("version", "Make the next version from what the readers agree on.") { dataset, reason };
        command.SetAction((parsed, ct) =>
        {
            var path = At(parsed, dataset, $"/version?reason={Uri.EscapeDataString(parsed.GetValue(reason)!)}");
            return PrintAsync(lab => lab.Post(path, new JsonObject(), ct), parsed.GetValue(json), "dataset", "version");
        });
        return command;
    }

    private static async Task<int> PrintAsync(Func<LabClient, Task<JsonNode>> ask, bool json, params string[] members)
    {
        using var lab = new LabClient();
        var answer = await ask(lab);
        if (json) Output.Json(answer);
        else if (answer is JsonArray) Output.Table(answer, members);
        else Output.Fields(answer, members);
        return 0;
    }
}
