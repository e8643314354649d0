using System.Text.Json;
using MalariaLab.Core.Experiments;
using MalariaLab.Testing;
using MalariaLab.Training.Loss;
using Xunit;

namespace MalariaLab.Training.Tests.Loss;

public sealed class CrossEntropyTests
{
    public static TheoryData<string, string> Variants()
    {
        var data = new TheoryData<string, string>();
        foreach (var head in new[] { "sigmoid_binary_cross_entropy", "softmax_cross_entropy_two_units" })
            foreach (var variant in new[] { "plain", "label_smoothing", "class_weighted", "class_weighted_label_smoothing" })
                data.Add(head, variant);
        return data;
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Evaluate_GoldenVariant_GivesLossAndGradient(string head, string variant)
    {
        using var golden = JsonDocument.Parse(File.ReadAllText(SharedFiles.Golden("loss.json")));
        var root = golden.RootElement;
        var unit = head.StartsWith("sigmoid", StringComparison.Ordinal) ? OutputUnit.Sigmoid : OutputUnit.Softmax;
        var labels = root.GetProperty("y_true").Deserialize<int[]>()!;
        var logits = Flat(root.GetProperty(head).GetProperty("logits"));
        var expected = root.GetProperty(head).GetProperty("expected").GetProperty(variant);
        var smoothing = variant.EndsWith("label_smoothing", StringComparison.Ordinal) ? root.GetProperty("label_smoothing").GetDouble() : 0;
        var weights = variant.StartsWith("class_weighted", StringComparison.Ordinal) ? root.GetProperty("class_weights").Deserialize<double[]>()! : [1, 1];
        var loss = new CrossEntropy(unit, smoothing, weights);
        var gradient = new double[logits.Length];
        var gradient32 = new float[logits.Length];

        var result = loss.Evaluate<double>(logits, labels, labels.Length, gradient);
        var result32 = loss.Evaluate<float>(Array.ConvertAll(logits, z => (float)z), labels, labels.Length, gradient32);

        var reference = expected.GetProperty("loss").GetDouble();
        Assert.Equal(reference, result.Sum / labels.Length, 1e-10);
        Assert.Equal(reference, result32.Sum / labels.Length, 1e-5 * Math.Max(1, Math.Abs(reference)));
        var slopes = Flat(expected.GetProperty("gradient"));
        for (var i = 0; i < slopes.Length; i++)
        {
            Assert.Equal(slopes[i], gradient[i], 1e-10);
            Assert.Equal(slopes[i], gradient32[i], 1e-5);
        }
    }

    [Fact]
    public void Evaluate_InShards_SumsToTheBatch()
    {
        var loss = new CrossEntropy(OutputUnit.Softmax, 0.1, [1, 2, 3]);
        float[] logits = [0.3f, -1, 2, 0, 0, 1, 5, 4, -3];
        int[] labels = [2, 1, 0];
        var whole = new float[9];
        var parts = new float[9];

        var expected = loss.Evaluate<float>(logits, labels, 3, whole);
        var sum = loss.Evaluate<float>(logits.AsSpan(0, 3), labels.AsSpan(0, 1), 3, parts.AsSpan(0, 3))
            + loss.Evaluate<float>(logits.AsSpan(3), labels.AsSpan(1), 3, parts.AsSpan(3));

        Assert.Equal(expected.Sum, sum.Sum, 1e-12);
        Assert.Equal(2, sum.Right);
        Assert.Equal(whole, parts);
    }

    [Fact]
    public void ClassWeights_Balanced_AreInverseShares()
    {
        var weights = ClassWeights.For(new LossSpec { ClassWeighting = ClassWeighting.Balanced }, [0, 0, 0, 1], 2);

        Assert.Equal([4 / 6.0, 2.0], weights);
    }

    [Fact]
    public void ClassWeights_ClassWithoutImages_IsRefusedByName() =>
        Assert.Contains("Class 1", Assert.Throws<TrainingFailedException>(
            () => ClassWeights.For(new LossSpec { ClassWeighting = ClassWeighting.Balanced }, [0, 0], 2)).Message, StringComparison.Ordinal);

    private static double[] Flat(JsonElement element) => element.ValueKind == JsonValueKind.Array
        ? [.. element.EnumerateArray().SelectMany(Flat)]
        : [element.GetDouble()];
}
