using System.CommandLine;
using System.Globalization;

namespace MalariaLab.Cli.Commands;

/// <summary><c>dataset images</c>: the gallery's filters.</summary>
public static class ImageCommands
{
    // Option and the parameter of the address that it becomes.
    private static readonly (string Option, string Parameter, string Description)[] Filters =
    [
        ("--class", "class", "Name of the class."),
        ("--group", "group", "Patient."),
        ("--text", "text", "Words in the path."),
        ("--quality", "quality", "note, duplicate, tiny or plain."),
        ("--min-side", "minSide", "Least pixels of the longer side."),
        ("--max-side", "maxSide", "Most pixels of the longer side."),
        ("--split", "split", "Split, by id or name; with --part."),
        ("--part", "part", "train, validation or test; with --split."),
        ("--run", "run", "Id of a run: only images that it has scored."),
        ("--right", "right", "true or false: whether the run was right."),
        ("--predicted", "predicted", "Name of the class that the run predicted."),
    ];

    /// <summary>The command.</summary>
    public static Command Create(Option<bool> json)
    {
        var dataset = new Argument<string>("D") { Description = "Dataset, by id or name." };
        var skip = new Option<int>("--skip") { Description = "Images to leave out at the start." };
        var limit = new Option<int>("--limit") { Description = "At most this many, 1 to 500.", DefaultValueFactory = _ => 60 };
        var filters = Filters.Select(f => (f.Parameter, Option: new Option<string?>(f.Option) { Description = f.Description })).ToList();
        var command = new Command("images", "Images of the newest version, filtered as in the gallery.") { dataset, skip, limit };
        foreach (var (_, option) in filters) command.Add(option);
        command.SetAction(async (parsed, ct) =>
        {
            var chosen = filters.Where(f => parsed.GetValue(f.Option) is not null).Select(f => $"&{f.Parameter}={Uri.EscapeDataString(parsed.GetValue(f.Option)!)}");
            using var lab = new LabClient();
            var found = await lab.Get(string.Create(CultureInfo.InvariantCulture,
                $"datasets/{Uri.EscapeDataString(parsed.GetValue(dataset)!)}/images?skip={parsed.GetValue(skip)}&take={parsed.GetValue(limit)}{string.Concat(chosen)}"), ct);
            if (parsed.GetValue(json)) Output.Json(found);
            else
            {
                Output.Fields(found, "total");
                Output.Table(found["images"]!, "place", "path", "class", "group", "width", "height", "note");
            }
            return 0;
        });
        return command;
    }
}
