using MalariaLab.Core.Evaluation;
using Xunit;

namespace MalariaLab.Core.Tests.Evaluation;

public sealed class ComparisonTests
{
    private static readonly TestSetIdentity Here = new("d1", "s1", "t1", 40, ["class 0", "class 1"]);

    [Fact]
    public void WhyNotComparable_EqualTestSets_AllowsEvenAcrossSplits() =>
        Assert.Null(Here.WhyNotComparable(Here with { DatasetHash = "d2", SplitHash = "s2" }));

    [Theory]
    [InlineData("d2", "s2", 30, "different dataset versions", "40 against 30 images")]
    [InlineData("d1", "s2", 40, "different splits", "both hold 40 images")]
    [InlineData("d1", "s1", 12, "other images than the test part", "40 against 12 images")]
    public void WhyNotComparable_OtherTestSet_NamesThePartThatDiffers(string dataset, string split, int images, string cause, string sizes)
    {
        var why = Here.WhyNotComparable(new(dataset, split, "t2", images, Here.Labels));
        Assert.Contains(cause, why, StringComparison.Ordinal);
        Assert.Contains(sizes, why, StringComparison.Ordinal);
        Assert.Contains("on the other's test set", why, StringComparison.Ordinal);
    }

    [Fact]
    public void WhyNotComparable_OtherClasses_NamesThem() =>
        Assert.Contains("class 0, class 1 against a, b", Here.WhyNotComparable(Here with { Labels = ["a", "b"] }), StringComparison.Ordinal);

    [Fact]
    public void SignificanceMatrix_SameImagesInAnotherOrder_AreMatchedById()
    {
        var (one, other) = (EvaluationPropertyTests.Random(1, 40, 2), Again(1, 2));
        var shuffled = EvaluationPropertyTests.Permute(other, [.. Enumerable.Range(0, 40).Reverse()]);
        var plain = SignificanceMatrix.Of([new(Here, one, 1), new(Here, other, 1)]).Single();
        var matched = SignificanceMatrix.Of([new(Here, one, 1), new(Here, shuffled, 1)]).Single();
        Assert.Equal(plain, matched);
        Assert.NotEqual(0, plain.Errors!.OnlyFirstRight + plain.Errors.OnlySecondRight);
        Assert.NotNull(plain.Auc);
    }

    [Fact]
    public void SignificanceMatrix_OneForeignRun_TestsOnlyTheOthersAndCorrectsForThemOnly()
    {
        ComparedRun[] runs = [new(Here, Again(1, 1), 1), new(Here, Again(1, 2), 1), new(Here, Again(1, 3), 1), new(Here with { TestSetHash = "t2" }, Again(1, 4), 1)];
        var pairs = SignificanceMatrix.Of(runs);
        Assert.Equal([(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)], pairs.Select(p => (p.First, p.Second)));
        Assert.All(pairs, pair => Assert.Equal(pair.Second == 3, pair.WhyNot is not null && pair.Errors is null && pair.ErrorsAdjustedP is null));
        var tested = pairs.Where(p => p.Errors is not null).ToArray();
        Assert.Equal(MultipleComparisons.Holm([.. tested.Select(p => p.Errors!.ExactP)]), tested.Select(p => p.ErrorsAdjustedP!.Value));
    }

    [Fact]
    public void InOrderOf_OtherImages_IsRefused()
    {
        var one = EvaluationPropertyTests.Random(1, 10, 2);
        Assert.Throws<ArgumentException>(() => one.InOrderOf(one with { ImageIds = [.. one.ImageIds.Select(id => id + "x")] }));
        Assert.Throws<ArgumentException>(() => one.InOrderOf(one with { Truth = Array.ConvertAll(one.Truth, t => 1 - t) }));
    }

    [Fact]
    public void PatientReport_AnyPositiveRule_CallsAPatientByOneCell()
    {
        var report = PatientReport.Of(new()
        {
            Labels = ["Parasitized", "Uninfected"],
            Truth = [0, 1, 1, 1, 1, 1, 0],
            Probabilities = [0.9f, 0.1f, 0.2f, 0.8f, 0.1f, 0.9f, 0.3f, 0.7f, 0.6f, 0.4f, 0.1f, 0.9f, 0.9f, 0.1f],
            Groups = ["sick", "sick", "well", "well", "false alarm", "false alarm", null],
        }, positive: 0);
        Assert.Equal(["false alarm", "sick", "well"], report.Patients.Select(p => p.Group));
        Assert.Equal(1, report.UngroupedImages);
        Assert.Equal(new BinaryCounts(1, 1, 0, 1), report.AnyPositiveRule);
        Assert.Equal((0.5, 0.5, 1), (report.Patients[0].CalledShare, report.Patients[1].TrueShare, report.Patients[0].Correct));
        // The sick patient shares half with the false alarm, and beats the well one.
        Assert.Equal(0.75, report.ByCalledShare.AreaUnderRoc);
        Assert.Equal(1, report.ByMeanScore.AreaUnderRoc);
    }

    [Fact]
    public void ReaderAgreement_TwoReaders_CountsOnlyCommonImages()
    {
        // Cohen's worked case: 20 both yes, 15 both no, 5 and 10 apart: po = 0.7, pe = 0.5, kappa = 0.4.
        int?[] first = [.. Enumerable.Repeat<int?>(0, 25), .. Enumerable.Repeat<int?>(1, 25), null, 1];
        int?[] second = [.. Enumerable.Repeat<int?>(0, 20), .. Enumerable.Repeat<int?>(1, 5), .. Enumerable.Repeat<int?>(0, 10), .. Enumerable.Repeat<int?>(1, 15), 0, null];
        var agreement = ReaderAgreement.Of(["yes", "no"], first, second);
        Assert.Equal(50, agreement.Counts.Total);
        Assert.Equal(0.7, agreement.Counts.Accuracy!.Value, 12);
        Assert.Equal(0.4, agreement.Kappa!.Value, 12);
        Assert.Null(ReaderAgreement.Of(["yes", "no"], [null], [0]).Kappa);
    }

    [Fact]
    public void SeedSummary_GroupsApartByLessThanTheirNoise_HaveADifferenceIntervalOverZero()
    {
        var (a, b) = (SeedSummary.Of([0.94, 0.95, 0.96])!, SeedSummary.Of([0.945, 0.955, 0.965])!);
        Assert.True(a.DifferenceInterval(b)!.Value.Contains(0));
        Assert.False(a.DifferenceInterval(SeedSummary.Of([0.80, 0.81, 0.82])!)!.Value.Contains(0));
        // Equal variances and sizes: Welch has n₁ + n₂ − 2 = 4 degrees of freedom, t = 2.7764.
        Assert.Equal(2.7764451 * Math.Sqrt(2 * 0.0001 / 3), a.DifferenceInterval(b)!.Value.High + 0.005, 1e-8);
        Assert.Null(a.DifferenceInterval(SeedSummary.Of([0.9])!));
    }

    /// <summary>Another model's scores on the images of one seed.</summary>
    private static Predictions Again(int images, int model) =>
        EvaluationPropertyTests.Random(images, 40, 2) with { Probabilities = EvaluationPropertyTests.Random(100 + model, 40, 2).Probabilities };
}
