using System.Text.Json;

namespace MalariaLab.Web.Localisation;

/// <summary>The languages of the pages. English text is its own key; another language is one embedded dictionary.</summary>
public static class Languages
{
    /// <summary>Cookie that holds the choice.</summary>
    public const string Cookie = "lab-language";

    private static readonly Dictionary<string, IReadOnlyDictionary<string, string>> Dictionaries = new()
    {
        ["en"] = new Dictionary<string, string>(),
        ["zh"] = Load("zh"),
    };

    private static readonly Dictionary<string, Sentences> SentencesOfLanguages = new()
    {
        ["en"] = new(new Dictionary<string, string>()),
        ["zh"] = new(Load("zh.sentences")),
    };

    /// <summary>Codes with the name that speakers know.</summary>
    public static IReadOnlyList<(string Code, string Name)> All { get; } = [("en", "English"), ("zh", "简体中文")];

    /// <summary>True when there is a dictionary for the code.</summary>
    public static bool IsKnown(string? code) => code is not null && Dictionaries.ContainsKey(code);

    /// <summary>The dictionary of a known language.</summary>
    public static IReadOnlyDictionary<string, string> Of(string code) => Dictionaries[code];

    /// <summary>Sentences of the program in a known language.</summary>
    public static Sentences SentencesOf(string code) => SentencesOfLanguages[code];

    /// <summary>Patterns of English sentences with those of the language.</summary>
    public static IReadOnlyDictionary<string, string> SentencePatterns(string code) => Load($"{code}.sentences");

    private static Dictionary<string, string> Load(string code)
    {
        using var stream = typeof(Languages).Assembly.GetManifestResourceStream($"MalariaLab.Web.Localisation.{code}.json")!;
        return JsonSerializer.Deserialize<Dictionary<string, string>>(stream)!;
    }
}
