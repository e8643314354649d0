using System.Text.RegularExpressions;
using MalariaLab.Core.Evaluation;
using MalariaLab.Core.Experiments;
using MalariaLab.Testing;
using MalariaLab.Web.Features.Experiments;
using MalariaLab.Web.Localisation;
using Xunit;

namespace MalariaLab.Web.Tests;

public sealed partial class WordsTests
{
    [Fact]
    public void Chinese_OfShellAndRunPages_IsComplete()
    {
        var web = Path.Combine(SharedFiles.RepositoryRoot, "src", "MalariaLab.Web");
        string[] folders = ["Components", "Features"];
        var english = folders.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(web, folder), "*.*", SearchOption.AllDirectories))
            .Where(file => file.EndsWith(".razor", StringComparison.Ordinal) || file.EndsWith(".cs", StringComparison.Ordinal))
            .Select(file => Joined(File.ReadAllText(file)))
            .SelectMany(code => Key().Matches(code).Concat(Many().Matches(code)))
            .Select(m => Regex.Unescape(m.Groups[1].Value));
        Assert.DoesNotContain(english, key => !Languages.Of("zh").ContainsKey(key));
    }

    [Fact]
    public void Chinese_Placeholders_AreThoseOfTheEnglish() =>
        Assert.All(Languages.Of("zh").Concat(Languages.SentencePatterns("zh")), pair => Assert.Equal(Placeholders(pair.Key), Placeholders(pair.Value)));

    // The words between slots and stops stand in the code as they are; a sentence that was reworded would stay English without anybody's noticing.
    [Fact]
    public void Chinese_Sentences_AreThoseThatTheProgramSays()
    {
        var source = Path.Combine(SharedFiles.RepositoryRoot, "src");
        var code = string.Concat(Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        var said = Joined(code).Replace("\\\"", "\"", StringComparison.Ordinal);
        var lost = Languages.SentencePatterns("zh").Keys.Where(pattern => Piece().Split(pattern)
            .Select(piece => piece.Trim())
            .Any(piece => piece.Length > 12 && !said.Contains(piece, StringComparison.Ordinal)));
        Assert.Empty(lost);
    }

    [Theory]
    [InlineData(
        "Ready: 2,139 images in 2 classes. 1 file was not taken; the list says why.",
        "就绪：2 个类别，共 2,139 张图像。有 1 个文件未被接收；原因见列表。")]
    [InlineData(
        "The loss became not a number in epoch 1, batch 5, at learning rate 10. Try a lower learning rate or gradient clipping. No epoch was finished.",
        "第 1 轮第 5 批时损失变为非数，当时学习率为 10。请尝试更小的学习率或梯度裁剪。没有完成任何一轮。")]
    [InlineData("Canceled by Ada.", "由 Ada 取消。")]
    [InlineData("Canceled. Nobody translated this.", "已取消。Nobody translated this.")]
    public void Said_InChinese_TranslatesWhatItKnowsSentenceBySentence(string english, string chinese)
    {
        var words = new Words();
        Assert.Equal(english, words.Said(english));
        words.Use("zh");
        Assert.Equal(chinese, words.Said(english));
    }

    [Theory]
    [InlineData("architecture.size=4")]
    [InlineData("architecture.size=9")]
    [InlineData("architecture.dropout=1")]
    [InlineData("architecture.channels=2")]
    [InlineData("architecture.headUnits=0")]
    [InlineData("weights.freeze=before;weights.trainableFrom=block4")]
    [InlineData("weights.freeze=before")]
    [InlineData("weights.source=run;weights.runId=4")]
    [InlineData("weights.source=file;weights.fileSha256=ff")]
    [InlineData("training.batchSize=591")]
    [InlineData("training.batchSize=64;training.accumulationSteps=10")]
    [InlineData("loss.classWeighting=given;loss.classWeights=1")]
    [InlineData("architecture.channels=1;preprocessing.scaling=caffe")]
    [InlineData("schedule.kind=plateau;schedule.minLearningRate=0.1")]
    [InlineData("optimizer.learningRate=fast")]
    [InlineData("optimizer.learningRate=0,001")]
    public void Said_OfASpecThatCannotWork_IsChinese(string settings)
    {
        var draft = ExperimentDraft.Of(Recipes.Get("lenet"));
        foreach (var setting in settings.Split(';'))
        {
            var at = setting.IndexOf('=', StringComparison.Ordinal);
            draft.Set(setting[..at], setting[(at + 1)..]);
        }
        var data = new DatasetFacts { Classes = ["a", "b"], Train = [300, 290], Validation = [50, 48], Test = [150, 147] };
        var words = new Words();
        words.Use("zh");
        var issues = draft.Issues(data, new() { Runs = [], Files = [] });
        Assert.NotEmpty(issues);
        Assert.All(issues, issue => Assert.DoesNotMatch("[a-z]{3,} [a-z]{3,}", FormSections.Sentence(issue, words)));
    }

    [Fact]
    public void Said_OfTestSetsThatDiffer_IsChinese()
    {
        var words = new Words();
        words.Use("zh");
        var first = new TestSetIdentity("data", "split", "a", 641, ["Parasitized", "Uninfected"]);
        TestSetIdentity[] others =
        [
            first with { SplitHash = "other", TestSetHash = "b" },
            first with { DatasetHash = "other", TestSetHash = "b", Images = 7 },
            first with { Labels = ["Uninfected"] },
        ];
        foreach (var other in others)
            Assert.DoesNotMatch("[a-z]{3,} [a-z]{3,}", words.Said(first.WhyNotComparable(other)));
    }

    [Fact]
    public void Plural_OfOne_IsSingularInEnglishAlone()
    {
        var words = new Words();
        Assert.Equal("1 run", words.Plural(1, "{0} run", "{0} runs"));
        Assert.Equal("1,200 runs", words.Plural(1200, "{0} run", "{0} runs"));
        words.Use("zh");
        Assert.Equal("1 个运行", words.Plural(1, "{0} run", "{0} runs"));
    }

    [Fact]
    public void Words_WithoutTranslation_StayEnglish()
    {
        var words = new Words();
        Assert.Equal("Queue", words["Queue|do"]);
        words.Use("zh");
        Assert.Equal("队列", words["Queue"]);
        Assert.Equal("a sentence of nobody's", words["a sentence of nobody's"]);
        Assert.Equal("加入队列", words["Queue|do"]);
        words.Use("xx");
        Assert.Equal("zh", words.Language);
    }

    private static IEnumerable<string> Placeholders(string text) => Placeholder().Matches(text).Select(m => m.Value).Order();

    // A long sentence stands in the code as literals joined by +.
    private static string Joined(string code) => Seam().Replace(code, "");

    [GeneratedRegex(@"(?<!\\)""\s*\+\s*\$?""")]
    private static partial Regex Seam();

    [GeneratedRegex("""\b(?:T|words)\[\s*"((?:[^"\\]|\\.)*)"\s*[\],]""")]
    private static partial Regex Key();

    [GeneratedRegex("""\b(?:T|words)\.Plural\((?:(?!Plural)[\s\S])*?,\s*"(?:[^"\\]|\\.)*",\s*"((?:[^"\\]|\\.)*)"\)""")]
    private static partial Regex Many();

    [GeneratedRegex(@"\{\d\}|[.:;,()]|\bbecause\b")]
    private static partial Regex Piece();

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex Placeholder();
}
