using System.Text.RegularExpressions;
using MalariaLab.Testing;
using MalariaLab.Web.Localisation;
using Xunit;

namespace MalariaLab.Web.Tests;

public sealed partial class WordsTests
{
    [Fact]
    public void Chinese_OfShellAndRunPages_IsComplete()
    {
        var web = Path.Combine(SharedFiles.RepositoryRoot, "src", "MalariaLab.Web");
        string[] folders = ["Components", "Features/Account", "Features/Admin", "Features/Compare", "Features/Datasets", "Features/Documents", "Features/Exports", "Features/Groups", "Features/Home", "Features/Labels", "Features/Plots", "Features/Predict", "Features/Queue", "Features/Runs", "Features/Sharing", "Features/Versions"];
        var english = folders.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(web, folder), "*.*", SearchOption.AllDirectories))
            .Where(file => file.EndsWith(".razor", StringComparison.Ordinal) || file.EndsWith(".cs", StringComparison.Ordinal))
            .SelectMany(file => Key().Matches(File.ReadAllText(file)).Select(m => Regex.Unescape(m.Groups[1].Value)));
        Assert.DoesNotContain(english, key => !Languages.Of("zh").ContainsKey(key));
    }

    [Fact]
    public void Chinese_Placeholders_AreThoseOfTheEnglish() =>
        Assert.All(Languages.Of("zh"), pair => Assert.Equal(Placeholders(pair.Key), Placeholders(pair.Value)));

    [Fact]
    public void Words_WithoutTranslation_StayEnglish()
    {
        var words = new Words();
        words.Use("zh");
        Assert.Equal("队列", words["Queue"]);
        Assert.Equal("a sentence of nobody's", words["a sentence of nobody's"]);
        words.Use("xx");
        Assert.Equal("zh", words.Language);
    }

    private static IEnumerable<string> Placeholders(string text) => Placeholder().Matches(text).Select(m => m.Value).Order();

    [GeneratedRegex("""\b(?:T|words)\["((?:[^"\\]|\\.)*)"[\],]""")]
    private static partial Regex Key();

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex Placeholder();
}
