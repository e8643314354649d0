using System.Text.Json;
using MalariaLab.Core.Evaluation;
using Xunit;

namespace MalariaLab.Core.Tests.Evaluation;

public sealed class EvaluatorTests
{
    private static readonly Predictions Cells = new()
    {
        Labels = ["Parasitized", "Uninfected"],
        Truth = [0, 0, 0, 1, 1],
        Probabilities = [0.9f, 0.1f, 0.5f, 0.5f, 0.2f, 0.8f, 0.6f, 0.4f, 0.1f, 0.9f],
    };

    [Fact]
    public void Evaluate_PositiveClassFirst_ScoresItsColumnAndCallsTheTieAtHalfPositive()
    {
        var report = Evaluator.Evaluate(Cells, positive: 0);
        Assert.Equal("Parasitized", report.PositiveClass);
        Assert.Equal(0.6, report.Accuracy);
        Assert.Equal(2.0 / 3, report.Sensitivity);
        Assert.Equal(0.5, report.Specificity);
        Assert.Equal(4.0 / 6, report.Auc);
        Assert.Equal([[2, 1], [1, 1]], report.Confusion.Matrix);
    }

    [Fact]
    public void Evaluate_OtherPositiveClass_SwapsSensitivityAndSpecificity()
    {
        // At 0.55 no score lies on the threshold, from either side.
        var (first, second) = (Evaluator.Evaluate(Cells, 0, 0.55), Evaluator.Evaluate(Cells, 1, 0.45));
        Assert.Equal(first.Sensitivity, second.Specificity);
        Assert.Equal(first.Specificity, second.Sensitivity);
        Assert.Equal(first.Auc, second.Auc);
    }

    [Fact]
    public void Evaluate_TwoClassesWithoutPositive_SaysWhatToChoose()
    {
        var error = Assert.Throws<ArgumentException>(() => Evaluator.Evaluate(Cells, null));
        Assert.Contains("Parasitized and Uninfected", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluate_NoImages_HasNoFigures()
    {
        var report = Evaluator.Evaluate(Cells with { Truth = [], Probabilities = [] }, 0);
        Assert.Equal(0, report.N);
        Assert.All(new[] { report.Accuracy, report.Auc, report.LogLoss, report.Brier, report.Ece, report.F1 }, Assert.Null);
    }

    [Fact]
    public void Evaluate_ThreeClasses_TakesTheLargestAndMeansOverClasses()
    {
        var report = Evaluator.Evaluate(new()
        {
            Labels = ["a", "b", "c"],
            Truth = [0, 1, 2, 2],
            Probabilities = [0.4f, 0.3f, 0.3f, 0.2f, 0.5f, 0.3f, 0.1f, 0.2f, 0.7f, 0.6f, 0.3f, 0.1f],
        }, null);
        Assert.Null(report.PositiveClass);
        Assert.Equal(0.75, report.Accuracy);
        Assert.Equal((1 + 1 + 0.5) / 3, report.Sensitivity!.Value, 12);
    }

    [Theory]
    [InlineData(1.5f, "1.5")]
    [InlineData(float.NaN, "NaN")]
    public void Evaluate_NoProbability_NamesTheImage(float wrong, string shown)
    {
        var error = Assert.Throws<ArgumentException>(() =>
            Evaluator.Evaluate(Cells with { Probabilities = [0.9f, 0.1f, 0.5f, 0.5f, wrong, 0.8f, 0.6f, 0.4f, 0.1f, 0.9f] }, 0));
        Assert.Contains("Image 2", error.Message, StringComparison.Ordinal);
        Assert.Contains(shown, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Report_ThroughJson_KeepsMatrixAndNulls()
    {
        var report = Evaluator.Evaluate(Cells with { Truth = [1, 1, 1, 1, 1] }, 0);
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        var json = JsonSerializer.Serialize(report, options);
        Assert.Contains("\"sensitivity\":null", json, StringComparison.Ordinal);
        Assert.Contains("\"confusion\":{\"labels\":[\"Parasitized\",\"Uninfected\"],\"matrix\":[[0,0],[3,2]]}", json, StringComparison.Ordinal);
        var back = JsonSerializer.Deserialize<EvaluationReport>(json, options)!;
        Assert.Equal(report.Confusion.Matrix, back.Confusion.Matrix);
        Assert.Equal(report.LogLoss, back.LogLoss);
    }

    [Fact]
    public void PredictionBlob_WrittenAndRead_IsTheSame()
    {
        var back = PredictionBlob.Read(PredictionBlob.Write(Cells), Cells.Labels, ["P1", "P1", null, "P2", "P2"]);
        Assert.Equal(Cells.Probabilities, back.Probabilities);
        Assert.Equal(Cells.Truth, back.Truth);
        Assert.Equal("P2", back.Groups[3]);
    }

    [Fact]
    public void PredictionBlob_AnyBitFlippedOrCut_IsRefused()
    {
        var blob = PredictionBlob.Write(Cells);
        for (var i = 0; i < blob.Length; i++)
        {
            var damaged = blob.ToArray();
            damaged[i] ^= 0x10;
            Assert.Throws<ExplainedException>(() => PredictionBlob.Read(damaged, Cells.Labels));
            Assert.Throws<ExplainedException>(() => PredictionBlob.Read(blob.AsSpan(0, i), Cells.Labels));
        }
        Assert.Throws<ExplainedException>(() => PredictionBlob.Read(blob, ["a", "b", "c"]));
    }

    [Fact]
    public void PredictiveValues_AtLowPrevalence_FollowBayes()
    {
        var counts = new BinaryCounts(90, 20, 10, 80);
        Assert.Equal(0.9 * 0.01 / ((0.9 * 0.01) + (0.2 * 0.99)), counts.PositivePredictiveValueAt(0.01)!.Value, 12);
        Assert.Equal(0.8 * 0.99 / ((0.8 * 0.99) + (0.1 * 0.01)), counts.NegativePredictiveValueAt(0.01)!.Value, 12);
        Assert.Equal(counts.Precision!.Value, counts.PositivePredictiveValueAt(0.5)!.Value, 12);
        Assert.Null(new BinaryCounts(0, 0, 5, 5).PositivePredictiveValueAt(0.1));
    }

    [Fact]
    public void TemperatureScaling_SharpenedProbabilities_FindsTheSharpening()
    {
        // 100 images at odds 4:1 said with the squared odds 16:1: the right temperature is 2.
        double[] row = [1.0 / 17, 16.0 / 17];
        double[] probabilities = [.. Enumerable.Repeat(row, 100).SelectMany(r => r)];
        int[] truth = [.. Enumerable.Range(0, 100).Select(i => i < 80 ? 1 : 0)];
        var temperature = TemperatureScaling.Fit(probabilities, truth);
        Assert.Equal(2, temperature, 6);
        var scaled = TemperatureScaling.Apply(probabilities, 2, temperature);
        Assert.Equal(0.8, scaled[1], 6);
        Assert.True(ProbabilityScores.LogLoss(scaled, truth) < ProbabilityScores.LogLoss(probabilities, truth));
    }
}
