using System.Text.RegularExpressions;

namespace MalariaLab.Cli;

/// <summary>What is wrong with a command line, in words for people.</summary>
internal static partial class Usage
{
    /// <summary>The parser's sentence without .NET's names of types.</summary>
    public static string Sentence(string parser) => Type().Replace(parser, match => ": it takes " + match.Groups[1].Value switch
    {
        "Int32" or "Int64" => "a whole number.",
        "Double" => "a number.",
        "Boolean" => "true or false.",
        var other => $"a {other}.",
    });

    [GeneratedRegex(@" as expected type '.*?(\w+)\]?'\.$")]
    private static partial Regex Type();
}
