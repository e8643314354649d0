using System.Text;

namespace MalariaLab.Web.Components.Shared;

/// <summary>File names out of what people write.</summary>
public static class SafeNames
{
    private const int Longest = 40;

    /// <summary>"LeNet, seed 42" → <c>lenet-seed-42</c>: small Latin letters, digits and hyphens, safe on every system; empty when nothing of the text is.</summary>
    public static string Slug(string text)
    {
        var slug = new StringBuilder();
        foreach (var letter in text.ToLowerInvariant())
        {
            if (slug.Length == Longest) break;
            if (char.IsAsciiLetterOrDigit(letter)) slug.Append(letter);
            else if (slug.Length > 0 && slug[^1] != '-') slug.Append('-');
        }
        return slug.ToString().TrimEnd('-');
    }
}
