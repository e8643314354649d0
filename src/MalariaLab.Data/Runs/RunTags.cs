namespace MalariaLab.Data.Runs;

/// <summary>Tags of a run: words without spaces, stored as <c>" a b "</c> so that one tag is found by <c>LIKE '% a %'</c>.</summary>
public static class RunTags
{
    /// <summary>Text of the tags, lower-case, sorted, each once.</summary>
    public static string Write(IEnumerable<string> tags)
    {
        var words = tags.Select(Normal).Where(tag => tag.Length > 0).Distinct().Order(StringComparer.Ordinal).ToList();
        return words.Count == 0 ? "" : $" {string.Join(' ', words)} ";
    }

    /// <summary>The tags.</summary>
    public static IReadOnlyList<string> Read(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>A tag as it is stored: lower-case, spaces as hyphens.</summary>
    public static string Normal(string tag) => string.Join('-', tag.ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
