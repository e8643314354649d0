using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace MalariaLab.Cli;

/// <summary>Prints what the lab answered: JSON as it came, or a table.</summary>
public static class Output
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The answer itself, indented.</summary>
    public static void Json(JsonNode node) => Console.Out.WriteLine(node.ToJsonString(Indented));

    /// <summary>One row an element; columns are member names, in the order given.</summary>
    public static void Table(JsonNode rows, params string[] columns)
    {
        // A pipe has no width: lines that a script reads must not be folded.
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = 1000;
        var table = new Table { Border = TableBorder.Simple };
        foreach (var column in columns) table.AddColumn(column);
        foreach (var row in rows.AsArray())
            table.AddRow(columns.Select(column => Markup.Escape(Text(row?[column]))).ToArray());
        AnsiConsole.Write(table);
    }

    /// <summary>Member names and values, one a line.</summary>
    public static void Fields(JsonNode node, params string[] members)
    {
        var width = members.Max(member => member.Length);
        foreach (var member in members)
            Console.Out.WriteLine($"{member.PadRight(width)}  {Text(node[member])}");
    }

    /// <summary>A value for people: four decimals, but four digits of what is smaller, such as a learning rate; dashes for what is undefined.</summary>
    public static string Text(JsonNode? node) => node switch
    {
        null => "–",
        JsonValue value when value.GetValueKind() == JsonValueKind.Number && value.ToJsonString().Contains('.', StringComparison.Ordinal)
            => Text(value.GetValue<double>()),
        JsonArray array => string.Join(", ", array.Select(Text)),
        _ => node.ToString(),
    };

    private static string Text(double number) => number.ToString(Math.Abs(number) < 0.001 ? "G4" : "0.####", CultureInfo.InvariantCulture);
}
