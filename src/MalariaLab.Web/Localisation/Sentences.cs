using System.Text.RegularExpressions;

namespace MalariaLab.Web.Localisation;

/// <summary>
/// Translates finished English sentences, such as refusals, verdicts and the reasons that are stored with runs. What is stored is English whatever
/// the visitor speaks, so the sentence is recognised by its pattern: a key of the dictionary with {0}, {1}, … where numbers and names stand.
/// </summary>
public sealed partial class Sentences
{
    private const int Longest = 800;

    // A slot does not swallow the next sentence.
    private const string SentenceEnd = @"[.!]\s+[A-Z0-9""]";
    private readonly List<(Regex Pattern, string Text)> patterns;

    /// <summary>From English patterns to those of another language.</summary>
    public Sentences(IReadOnlyDictionary<string, string> dictionary) => patterns =
    [
        // The longest is the most particular.
        .. dictionary.OrderByDescending(pair => pair.Key.Length).Select(pair => (PatternOf(pair.Key), pair.Value)),
    ];

    private static Regex PatternOf(string english)
    {
        var text = Slot().Replace(Regex.Escape(english), slot => $"(?<a{slot.Groups[1].Value}>(?:(?!{SentenceEnd}).)+?)");
        return new($"^{text}$", RegexOptions.Singleline | RegexOptions.CultureInvariant);
    }

    /// <summary>The text in the other language, sentence by sentence; what no pattern fits stays English.</summary>
    /// <param name="english">One sentence or several.</param>
    /// <param name="word">Translates the words that stand in a slot.</param>
    public string Translate(string english, Func<string, string> word)
    {
        // No sentence of the program is so long; patterns with several slots would take their time over a long text of somebody else's.
        if (patterns.Count == 0 || english.Length > Longest) return english;
        if (Whole(english, word) is { } whole) return whole;
        var parts = Border().Split(english);
        return string.Concat(parts.Select((part, i) => Whole(part, word) ?? (i < parts.Length - 1 ? part + " " : part)));
    }

    private string? Whole(string sentence, Func<string, string> word)
    {
        foreach (var (pattern, text) in patterns)
            if (pattern.Match(sentence) is { Success: true } match)
                return OwnSlot().Replace(text, slot => word(match.Groups["a" + slot.Groups[1].Value].Value));
        return null;
    }

    // Regex.Escape puts a backslash before the opening brace alone.
    [GeneratedRegex(@"\\\{(\d)}")]
    private static partial Regex Slot();

    [GeneratedRegex(@"\{(\d)}")]
    private static partial Regex OwnSlot();

    [GeneratedRegex(@"(?<=[.!])\s+(?=[A-Z0-9""])")]
    private static partial Regex Border();
}
