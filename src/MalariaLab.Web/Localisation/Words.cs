using MalariaLab.Web.Components.Shared;

namespace MalariaLab.Web.Localisation;

/// <summary>Words of the visitor's language: <c>T["Queue"]</c>, <c>T["{0} of {1} epochs", 3, 30]</c>. Text without a translation stays English. Where one English
/// word is two in another language, what it means follows a stroke and is not shown: <c>T["Queue|do"]</c>.</summary>
public sealed class Words
{
    private IReadOnlyDictionary<string, string> dictionary = Languages.Of("en");

    /// <summary>Code of the language.</summary>
    public string Language { get; private set; } = "en";

    /// <summary>The text in this language.</summary>
    public string this[string english] => dictionary.TryGetValue(english, out var known) ? known : english.Split('|')[0];

    /// <summary>The text in this language with its placeholders filled.</summary>
    public string this[string english, params object?[] values] => string.Format(System.Globalization.CultureInfo.InvariantCulture, this[english], values);

    /// <summary>A sentence that the program has finished in English, such as a refusal or the reason of a failed run, as far as it is known in this language.</summary>
    public string Said(string? sentence)
    {
        if (sentence is null) return "";
        return dictionary.TryGetValue(sentence, out var known) ? known : Languages.SentencesOf(Language).Translate(sentence, word => this[word]);
    }

    /// <summary>A number of things: <c>T.Plural(n, "{0} run", "{0} runs")</c>. Only English tells one from many; other languages translate the second.</summary>
    public string Plural(long count, string one, string many) => this[count == 1 && Language == "en" ? one : many, Figures.Count(count)];

    /// <summary>Chooses the language; unknown codes change nothing.</summary>
    public void Use(string? code)
    {
        if (!Languages.IsKnown(code)) return;
        Language = code!;
        dictionary = Languages.Of(code!);
    }
}
