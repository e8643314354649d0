using System.Text.RegularExpressions;

namespace MalariaLab.Core.Datasets;

/// <summary>Reads a CSV that names each image's group: one <c>file name, group</c> a row, or the NIH form <c>group, ['name', 'name', …]</c>.</summary>
public static partial class GroupMap
{
    /// <summary>
    /// File name → group. A heading row is allowed in the two-column form. In the NIH form the first column is a slide, whose patient is
    /// what <see cref="GroupRule.Nih"/> finds in it, else the column itself.
    /// </summary>
    /// <exception cref="FormatException">A row cannot be read, or names one file for two groups; the message gives the line.</exception>
    public static IReadOnlyDictionary<string, string> Read(TextReader csv)
    {
        var groupOfName = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var line = 1; csv.ReadLine() is { } row; line++)
        {
            if (string.IsNullOrWhiteSpace(row)) continue;
            var comma = row.IndexOf(',', StringComparison.Ordinal);
            if (comma <= 0) throw new FormatException($"Line {line} of the group map has no comma: \"{Shorten(row)}\". Write one \"file name,group\" a row.");
            var first = Unquote(row[..comma]);
            var rest = row[(comma + 1)..].Trim();
            if (Unquote(rest).StartsWith('['))
            {
                var group = GroupRule.Nih.GroupOf(first) ?? first;
                foreach (Match name in QuotedName().Matches(rest)) Add(groupOfName, name.Groups[1].Value, group, line);
            }
            else if (line > 1 || !IsHeading(first)) Add(groupOfName, first, Unquote(rest), line);
        }
        if (groupOfName.Count == 0) throw new FormatException("The group map names no file. Write one \"file name,group\" a row.");
        return groupOfName;
    }

    private static void Add(Dictionary<string, string> groupOfName, string path, string group, int line)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        if (name.Length == 0 || group.Length == 0) throw new FormatException($"Line {line} of the group map has an empty file name or group.");
        if (!groupOfName.TryAdd(name, group) && groupOfName[name] != group)
            throw new FormatException($"Line {line} of the group map puts {name} into {group}, an earlier line into {groupOfName[name]}. One image belongs to one group.");
    }

    // A heading names columns, not files: no image name is without an extension.
    private static bool IsHeading(string first) => !first.Contains('.', StringComparison.Ordinal);

    private static string Unquote(string text) => text.Trim().Trim('"').Trim();

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "…";

    [GeneratedRegex("'([^']+)'", RegexOptions.CultureInvariant)]
    private static partial Regex QuotedName();
}
