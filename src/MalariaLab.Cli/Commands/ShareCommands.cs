using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace MalariaLab.Cli.Commands;

/// <summary><c>share</c> and <c>report</c>: taking results out of the lab.</summary>
public static class ShareCommands
{
    /// <summary><c>share RUN… [--expires 30d] [--names] [--preview]</c>, <c>share list</c>, <c>share revoke ID</c>.</summary>
    public static Command Create(Option<bool> json)
    {
        var runs = new Argument<string[]>("RUN") { Description = "Id or name of one run, or of 2 to 20 to be compared.", Arity = ArgumentArity.ZeroOrMore };
        var expires = new Option<string?>("--expires") { Description = "Days that the link works, such as 30d; without it, without end." };
        var names = new Option<bool>("--names") { Description = "Show file names and patient ids." };
        var preview = new Option<bool>("--preview") { Description = "Let chat previews quote the result." };
        var command = new Command("share", "Make a secret read-only link to results; list and revoke links.") { runs, expires, names, preview, List(json), Revoke() };
        command.SetAction(async (parsed, ct) =>
        {
            if (parsed.GetValue(runs) is not { Length: > 0 } chosen) throw new LabException("Say which run to share: share RUN. Several runs are shared as a comparison.");
            using var lab = new LabClient();
            var link = await lab.Post("shares", new JsonObject
            {
                ["runs"] = new JsonArray([.. chosen.Select(run => (JsonNode)run)]),
                ["days"] = Days(parsed.GetValue(expires)),
                ["names"] = parsed.GetValue(names),
                ["preview"] = parsed.GetValue(preview),
            }, ct);
            if (parsed.GetValue(json)) Output.Json(link);
            else Output.Fields(link, "share", "title", "url", "expiresAt");
            return 0;
        });
        return command;
    }

    /// <summary><c>report RUN --html FILE</c>.</summary>
    public static Command Report()
    {
        var run = new Argument<string>("RUN") { Description = "Id or name of a finished run." };
        var html = new Option<string>("--html") { Description = "File to write.", Required = true };
        var names = new Option<bool>("--names") { Description = "Show patient ids." };
        var command = new Command("report", "Write the evidence report of a run: one HTML file that stands alone.") { run, html, names };
        command.SetAction(async (parsed, ct) =>
        {
            using var lab = new LabClient();
            await lab.Download($"runs/{Uri.EscapeDataString(parsed.GetValue(run)!)}/report?names={(parsed.GetValue(names) ? "true" : "false")}", parsed.GetValue(html)!, ct);
            return 0;
        });
        return command;
    }

    private static Command List(Option<bool> json)
    {
        var command = new Command("list", "Links that are not revoked.");
        command.SetAction(async (parsed, ct) =>
        {
            using var lab = new LabClient();
            var links = await lab.Get("shares", ct);
            if (parsed.GetValue(json)) Output.Json(links);
            else Output.Table(links, "share", "title", "createdAt", "expiresAt", "views", "lastViewedAt");
            return 0;
        });
        return command;
    }

    private static Command Revoke()
    {
        var share = new Argument<long>("ID") { Description = "Number of the link, see: share list." };
        var command = new Command("revoke", "End a link at once.") { share };
        command.SetAction(async (parsed, ct) =>
        {
            using var lab = new LabClient();
            await lab.Delete(string.Create(CultureInfo.InvariantCulture, $"shares/{parsed.GetValue(share)}"), ct);
            return 0;
        });
        return command;
    }

    private static double? Days(string? text) => text is null ? null
        : double.TryParse(text.TrimEnd('d'), NumberStyles.Float, CultureInfo.InvariantCulture, out var days) && days > 0 ? days
        : throw new LabException($"\"{text}\" is not a number of days. Say for example --expires 30d.");
}
