using System.Text.RegularExpressions;

namespace MalariaLab.Core.Datasets;

/// <summary>Finds an image's group (patient) from its name: <c>none</c>, <c>nih</c>, <c>kermany</c>, <c>regex:…</c> or a CSV map.</summary>
public sealed partial class GroupRule
{
    private readonly Func<string, string?> find;

    private GroupRule(string text, Func<string, string?> find)
    {
        Text = text;
        this.find = find;
    }

    /// <summary>The rule as it was written; a CSV map reads <c>csv:</c> and its file name.</summary>
    public string Text { get; }

    /// <summary>No groups: every image stands for itself.</summary>
    public static GroupRule None { get; } = new("none", _ => null);

    /// <summary>NIH malaria cells: the patient is the P-number, else the C-number (C47P8… under two microscopes is one patient, P8).</summary>
    public static GroupRule Nih { get; } = new("nih", name =>
    {
        var match = NihPattern().Match(name);
        if (!match.Success) return null;
        return match.Groups["p"].Success ? match.Groups["p"].Value : match.Groups["c"].Value;
    });

    /// <summary>
    /// Kermany chest X-rays: <c>person12</c>, <c>IM-0115</c> or <c>NORMAL2-IM-0115</c>. The normal images come in two series,
    /// each numbered by itself, so that one number in both is two patients.
    /// </summary>
    public static GroupRule Kermany { get; } = new("kermany", name =>
    {
        var match = KermanyPattern().Match(name);
        return match.Success ? match.Value : null;
    });

    /// <summary>Built-in rules by name, for forms.</summary>
    public static IReadOnlyList<GroupRule> BuiltIn { get; } = [Nih, Kermany];

    /// <summary>A regular expression on the file name; the first capture group, or the whole match without one.</summary>
    /// <exception cref="ArgumentException">The pattern is not a regular expression.</exception>
    public static GroupRule Regex(string pattern)
    {
        // A pattern comes from a person; no backtracking keeps one bad pattern from holding the worker.
        var regex = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        return new("regex:" + pattern, name =>
        {
            var match = regex.Match(name);
            if (!match.Success) return null;
            var value = match.Groups.Count > 1 ? match.Groups[1].Value : match.Value;
            return value.Length == 0 ? null : value;
        });
    }

    /// <summary>A map from file name to group.</summary>
    public static GroupRule Map(string fileName, IReadOnlyDictionary<string, string> groupOfName) =>
        new("csv:" + fileName, name => groupOfName.GetValueOrDefault(name));

    /// <summary>Reads <c>none</c>, <c>nih</c>, <c>kermany</c> or <c>regex:…</c>; a CSV map needs its file and goes through <see cref="Map"/>.</summary>
    /// <exception cref="FormatException">The text is none of these; the message says what would be.</exception>
    public static GroupRule Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text) || text == "none") return None;
        if (text == "nih") return Nih;
        if (text == "kermany") return Kermany;
        if (text.StartsWith("regex:", StringComparison.Ordinal))
        {
            try { return Regex(text["regex:".Length..]); }
            catch (Exception e) when (e is ArgumentException or NotSupportedException)
            {
                throw new FormatException($"\"{text}\" is not a usable regular expression: {e.Message}", e);
            }
        }
        throw new FormatException($"\"{text}\" is not a group rule. Use none, nih, kermany, regex:PATTERN or csv:FILE.");
    }

    /// <summary>Group of the image with this path, or null where the rule finds none. Only the file name counts.</summary>
    public string? GroupOf(string path) => find(path[(path.LastIndexOf('/') + 1)..]);

    [GeneratedRegex(@"^(?<c>C\d+)(?<p>P\d+)?", RegexOptions.CultureInvariant)]
    private static partial Regex NihPattern();

    [GeneratedRegex(@"person\d+|(NORMAL2-)?IM-\d+", RegexOptions.CultureInvariant)]
    private static partial Regex KermanyPattern();
}
