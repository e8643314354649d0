using MalariaLab.Core.Evaluation;
using MalariaLab.Web.Features.Compare;
using Xunit;

namespace MalariaLab.Web.Tests.Compare;

public sealed class ComparisonTests
{
    private static readonly string[] Labels = ["Parasitized", "Uninfected"];

    [Theory]
    [InlineData("3,5,8", new long[] { 3, 5, 8 })]
    [InlineData("3,3,x,-1,,99999999999999999999,8", new long[] { 3, 8 })]
    [InlineData(null, new long[0])]
    public void Ids_OfAnAddress_AreReadOnce(string? text, long[] ids) => Assert.Equal(ids, Comparison.ParseIds(text));

    [Fact]
    public void Intervals_WithPatients_AreWiderThanWithout()
    {
        // Ten patients, of whom one is wrong throughout: the errors are not independent.
        var wrong = Enumerable.Range(0, 200).Select(i => i / 20 == 3).ToArray();
        var alone = RunIntervals.Of(Scores(wrong));
        var clustered = RunIntervals.Of(Scores(wrong, groups: i => $"P{i / 20}"));
        Assert.False(alone.Clustered);
        Assert.Equal(ProportionIntervals.Wilson(180, 200), alone.Of95["Accuracy"]);
        Assert.True(clustered.Clustered);
        Assert.All([alone, clustered], i => Assert.True(i.Of95["Accuracy"].Contains(0.9)));
        Assert.True(Width(clustered) > 1.5 * Width(alone));

        static double Width(RunIntervals i) => i.Of95["Accuracy"].High - i.Of95["Accuracy"].Low;
    }

    [Fact]
    public void Intervals_WhereNoImageIsAnError_KeepAWidth()
    {
        // All resamples of patients have a specificity of 1.
        var found = RunIntervals.Of(Scores([.. Enumerable.Range(0, 200).Select(i => i % 20 == 4)], groups: i => $"P{i / 20}"));
        Assert.Equal(ProportionIntervals.Wilson(100, 100), found.Of95["Specificity"]);
        Assert.All(found.Of95.Values, interval => Assert.True(interval.Low < interval.High));
    }

    [Fact]
    public void Area_OfClassesPartedWithoutAnError_HasNoIntervalThatClaimsCertainty()
    {
        var area = ComparedMetric.All.Single(m => m.Key == "AUC");
        Assert.Equal(1, area.Value(Scores(Wrong(0)).Report));
        Assert.Null(area.Independent!(Scores(Wrong(0))));
        Assert.NotNull(area.Independent(Scores(Wrong(4))));
    }

    [Fact]
    public void Best_WithAClearWinner_IsMarked_AndWithoutOneIsNot()
    {
        var good = Scores(Wrong(4));
        var bad = Scores(Wrong(60));
        var alike = Scores(Wrong(6));
        Assert.Equal(1, CompareTests.Of([bad, good]).Best["Accuracy"]);
        Assert.Empty(CompareTests.Of([good, alike]).Best);
        Assert.False(CompareTests.Of([bad, good, alike]).Best.ContainsKey("Accuracy"));
    }

    [Fact]
    public void Best_OverDifferentTestSets_IsNeverMarked()
    {
        var tests = CompareTests.Of([Scores(Wrong(2)), Scores(Wrong(90), hash: "other")]);
        Assert.Empty(tests.Best);
        Assert.Contains("The test sets differ", Assert.Single(tests.Pairs).WhyNot);
    }

    [Fact]
    public void Sensitivity_IsTestedAmongThePositiveImagesAlone()
    {
        // The second errs only on uninfected images (odd ones): its sensitivity is no worse.
        var tests = CompareTests.Of([Scores(Wrong(0)), Scores([.. Enumerable.Range(0, 200).Select(i => i % 2 == 1 && i < 80)])]);
        Assert.Equal(0, tests.Best["Specificity"]);
        Assert.False(tests.Best.ContainsKey("Sensitivity"));
    }

    [Fact]
    public void Disagreements_AreOfTheirKind_TheMostConfidentErrorFirst()
    {
        var a = Scores([.. Enumerable.Range(0, 200).Select(i => i is 10 or 11)]).Run;
        var b = Scores([.. Enumerable.Range(0, 200).Select(i => i is 11 or 20 or 30)]).Run;
        var found = Disagreement.Of(a, b, DisagreementKind.FirstRight);
        Assert.Equal([30, 20], found.Select(d => d.Index));
        Assert.All(found, d => Assert.True(d.First == d.Truth && d.Second != d.Truth));
        Assert.Equal([10], Disagreement.Of(a, b, DisagreementKind.SecondRight).Select(d => d.Index));
        Assert.Equal([11], Disagreement.Of(a, b, DisagreementKind.BothWrong).Select(d => d.Index));
    }

    private static bool[] Wrong(int count) => [.. Enumerable.Range(0, 200).Select(i => i < count)];

    /// <summary>200 images, classes in turn; confidence grows with the position.</summary>
    private static TestScores Scores(bool[] wrong, Func<int, string>? groups = null, string hash = "same")
    {
        var truth = Enumerable.Range(0, wrong.Length).Select(i => i % 2).ToArray();
        var predictions = new Predictions
        {
            Labels = Labels,
            Truth = truth,
            Probabilities = [.. truth.SelectMany((t, i) =>
            {
                var confidence = 0.6f + (i * 0.001f);
                var parasitized = (t == 0) != wrong[i] ? confidence : 1 - confidence;
                return new[] { parasitized, 1 - parasitized };
            })],
            Groups = groups is null ? [] : [.. Enumerable.Range(0, wrong.Length).Select(groups)],
        };
        return new("1", new ComparedRun(new TestSetIdentity("d", hash, hash, wrong.Length, Labels), predictions, 0), Evaluator.Evaluate(predictions, 0), 1, []);
    }
}
