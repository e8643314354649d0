using System.Numerics;

namespace MalariaLab.Training.Loss;

/// <summary>
/// Binary cross-entropy over one sigmoid unit, or categorical over one softmax unit a class, from logits, with its gradient. In double: the logits of
/// a batch are few, and the sum has one order.
/// </summary>
/// <param name="unit">What ends the network.</param>
/// <param name="labelSmoothing">ε: targets become onehot · (1 − ε) + ε / classes; for one sigmoid unit y · (1 − ε) + ε/2.</param>
/// <param name="classWeights">Weight of each class; the loss of a sample is multiplied by that of its true class (Keras' class_weight).</param>
public sealed class CrossEntropy(OutputUnit unit, double labelSmoothing, IReadOnlyList<double> classWeights)
{
    /// <summary>What ends the network.</summary>
    public OutputUnit Unit { get; } = unit;

    /// <summary>Weight of each class.</summary>
    public IReadOnlyList<double> ClassWeights => classWeights;

    /// <summary>Number of logits a sample.</summary>
    public int Units { get; } = unit == OutputUnit.Sigmoid ? 1 : classWeights.Count;

    /// <summary>
    /// The loss of validation and test, as in Keras: smoothed like the training's, for it is the same loss; class weights are the training's alone.
    /// </summary>
    public CrossEntropy ForScoring => new(Unit, labelSmoothing, [.. classWeights.Select(_ => 1.0)]);

    /// <summary>Loss without weights and smoothing.</summary>
    public static CrossEntropy Plain(OutputUnit unit, int classes) => new(unit, 0, [.. Enumerable.Repeat(1.0, classes)]);

    /// <summary>Sums loss and right answers over samples and gives the gradient of (sum of losses) / <paramref name="divisor"/>.</summary>
    /// <param name="logits">[samples × units].</param>
    /// <param name="labels">True classes.</param>
    /// <param name="divisor">Samples of the whole batch, of which these may be a shard.</param>
    /// <param name="gradient">[samples × units], or empty when it is not wanted.</param>
    public BatchLoss Evaluate<T>(ReadOnlySpan<T> logits, ReadOnlySpan<int> labels, int divisor, Span<T> gradient)
        where T : IBinaryFloatingPointIeee754<T>
    {
        var (sum, right) = (0.0, 0);
        Span<double> probabilities = stackalloc double[Units];
        Span<double> row = stackalloc double[Units];
        for (var i = 0; i < labels.Length; i++)
        {
            for (var k = 0; k < Units; k++)
                row[k] = double.CreateTruncating(logits[i * Units + k]);
            var label = labels[i];
            var weight = classWeights[label];
            sum += weight * (Unit == OutputUnit.Sigmoid ? Sigmoid(row[0], label, probabilities) : Softmax(row, label, probabilities));
            right += Predicted(row) == label ? 1 : 0;
            if (!gradient.IsEmpty)
                for (var k = 0; k < Units; k++)
                    gradient[i * Units + k] = T.CreateTruncating(weight * (probabilities[k] - Target(label, k)) / divisor);
        }
        return new(sum, right);
    }

    /// <summary>Class probabilities of logits, one column a class: a sigmoid unit gives (1 − p, p).</summary>
    public static void Probabilities(OutputUnit unit, ReadOnlySpan<float> logits, Span<float> result)
    {
        if (unit == OutputUnit.Sigmoid)
        {
            for (var i = 0; i < logits.Length; i++)
            {
                var p = (float)Sigma(logits[i]);
                (result[2 * i], result[2 * i + 1]) = (1 - p, p);
            }
            return;
        }
        var (max, sum) = Exponentials(logits);
        for (var k = 0; k < logits.Length; k++)
            result[k] = (float)(Math.Exp(logits[k] - max) / sum);
    }

    private static double Sigma(double z) => z >= 0 ? 1 / (1 + Math.Exp(-z)) : Math.Exp(z) / (1 + Math.Exp(z));

    private static double SoftPlus(double z) => Math.Max(z, 0) + double.LogP1(Math.Exp(-Math.Abs(z)));

    /// <summary>The greatest logit, and the sum of the exponentials of each less the greatest: none overflows.</summary>
    private static (double Max, double Sum) Exponentials<T>(ReadOnlySpan<T> logits)
        where T : IBinaryFloatingPointIeee754<T>
    {
        var max = double.NegativeInfinity;
        foreach (var z in logits)
            max = Math.Max(max, double.CreateTruncating(z));
        var sum = 0.0;
        foreach (var z in logits)
            sum += Math.Exp(double.CreateTruncating(z) - max);
        return (max, sum);
    }

    private int Predicted(ReadOnlySpan<double> row)
    {
        if (Unit == OutputUnit.Sigmoid)
            return row[0] >= 0 ? 1 : 0;
        var best = 0;
        for (var k = 1; k < row.Length; k++)
            if (row[k] > row[best])
                best = k;
        return best;
    }

    /// <summary>What output <paramref name="k"/> should give for a class: onehot, smoothed.</summary>
    public double Target(int label, int k) => Unit == OutputUnit.Sigmoid
        ? label * (1 - labelSmoothing) + labelSmoothing / 2
        : (k == label ? 1 - labelSmoothing : 0) + labelSmoothing / Units;

    private double Sigmoid(double z, int label, Span<double> probabilities)
    {
        probabilities[0] = Sigma(z);
        var target = Target(label, 0);
        return target * SoftPlus(-z) + (1 - target) * SoftPlus(z);
    }

    private double Softmax(ReadOnlySpan<double> row, int label, Span<double> probabilities)
    {
        var (max, sum) = Exponentials(row);
        var logSum = max + Math.Log(sum);
        var loss = 0.0;
        for (var k = 0; k < row.Length; k++)
        {
            var logProbability = row[k] - logSum;
            probabilities[k] = Math.Exp(logProbability);
            loss -= Target(label, k) * logProbability;
        }
        return loss;
    }
}

/// <summary>Sums over samples.</summary>
/// <param name="Sum">Sum of losses.</param>
/// <param name="Right">Samples classified rightly.</param>
public readonly record struct BatchLoss(double Sum, int Right)
{
    /// <summary>Sums of both.</summary>
    public static BatchLoss operator +(BatchLoss a, BatchLoss b) => new(a.Sum + b.Sum, a.Right + b.Right);
}
