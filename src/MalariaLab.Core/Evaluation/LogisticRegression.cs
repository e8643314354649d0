namespace MalariaLab.Core.Evaluation;

/// <summary>
/// Binary logistic regression with a ridge penalty, by Newton's method (iteratively reweighted least squares). Features are standardised by the training rows; the
/// penalty ½ λ Σ w² speaks of the standardised weights and leaves the intercept alone, so that separable classes still have an answer.
/// </summary>
public sealed class LogisticRegression
{
    private const int MostSteps = 100;
    private const double Converged = 1e-9;

    private LogisticRegression(double intercept, double[] weights) => (Intercept, Weights) = (intercept, weights);

    /// <summary>Log odds where every feature is 0.</summary>
    public double Intercept { get; }

    /// <summary>Change of the log odds for one unit of each feature.</summary>
    public IReadOnlyList<double> Weights { get; }

    /// <summary>Fits.</summary>
    /// <param name="rows">Features of each row, all of one length.</param>
    /// <param name="positive">Class of each row.</param>
    /// <param name="training">Rows to learn from; with rows of one class only the outcome is that class's certainty cut to log odds ±20.</param>
    /// <param name="ridge">λ, 0 or more.</param>
    public static LogisticRegression Fit(IReadOnlyList<double[]> rows, IReadOnlyList<bool> positive, IReadOnlyList<int> training, double ridge = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(ridge);
        if (training.Count == 0) throw new ArgumentException("There is nothing to learn from.", nameof(training));
        var features = rows[training[0]].Length;
        var positives = training.Count(i => positive[i]);
        if (positives == 0 || positives == training.Count) return new(positives == 0 ? -20 : 20, new double[features]);

        var (means, deviations) = Standard(rows, training, features);
        // Column 0 is the intercept.
        var w = new double[features + 1];
        w[0] = Math.Log((double)positives / (training.Count - positives));
        var x = new double[features + 1];
        x[0] = 1;
        var loss = Loss(w);
        for (var step = 0; step < MostSteps; step++)
        {
            var move = Solve(w);
            var (size, next, better) = (1.0, w, loss);
            for (; size > 1e-6; size /= 2)
            {
                next = [.. w.Zip(move, (weight, by) => weight - (size * by))];
                better = Loss(next);
                if (better <= loss + (1e-12 * (1 + Math.Abs(loss)))) break;
            }
            if (size <= 1e-6) break;
            var change = move.Max(Math.Abs) * size;
            (w, loss) = (next, better);
            if (change < Converged) break;
        }
        var weights = Enumerable.Range(0, features).Select(k => w[k + 1] / deviations[k]).ToArray();
        return new(w[0] - weights.Zip(means, (weight, mean) => weight * mean).Sum(), weights);

        void Load(int i)
        {
            var row = rows[i];
            for (var k = 0; k < features; k++) x[k + 1] = (row[k] - means[k]) / deviations[k];
        }

        double Dot(double[] weights)
        {
            var sum = 0.0;
            for (var k = 0; k < x.Length; k++) sum += weights[k] * x[k];
            return sum;
        }

        double Loss(double[] weights)
        {
            var sum = 0.0;
            foreach (var i in training)
            {
                Load(i);
                var z = positive[i] ? -Dot(weights) : Dot(weights);
                sum += Math.Max(z, 0) + Math.Log(1 + Math.Exp(-Math.Abs(z)));
            }
            for (var k = 1; k < weights.Length; k++) sum += ridge / 2 * weights[k] * weights[k];
            return sum;
        }

        // Newton's step H⁻¹ g.
        double[] Solve(double[] weights)
        {
            var (n, gradient, hessian) = (x.Length, new double[x.Length], new double[x.Length, x.Length]);
            foreach (var i in training)
            {
                Load(i);
                var p = 1 / (1 + Math.Exp(-Dot(weights)));
                var (error, weight) = (p - (positive[i] ? 1 : 0), Math.Max(p * (1 - p), 1e-12));
                for (var a = 0; a < n; a++)
                {
                    gradient[a] += error * x[a];
                    for (var b = 0; b <= a; b++) hessian[a, b] += weight * x[a] * x[b];
                }
            }
            for (var k = 1; k < n; k++)
            {
                gradient[k] += ridge * weights[k];
                // A constant or repeated feature without a penalty would leave the matrix singular.
                hessian[k, k] += Math.Max(ridge, 1e-9);
            }
            return Cholesky(hessian, gradient);
        }
    }

    /// <summary>Log odds of the positive class.</summary>
    public double Score(ReadOnlySpan<double> row)
    {
        var sum = Intercept;
        for (var k = 0; k < row.Length; k++) sum += Weights[k] * row[k];
        return sum;
    }

    private static (double[] Means, double[] Deviations) Standard(IReadOnlyList<double[]> rows, IReadOnlyList<int> training, int features)
    {
        var (means, deviations) = (new double[features], new double[features]);
        for (var k = 0; k < features; k++)
        {
            foreach (var i in training) means[k] += rows[i][k];
            means[k] /= training.Count;
            var sum = 0.0;
            foreach (var i in training) sum += (rows[i][k] - means[k]) * (rows[i][k] - means[k]);
            deviations[k] = Math.Sqrt(sum / training.Count);
            // What does not vary says nothing; any scale will do.
            if (deviations[k] <= 1e-12 * Math.Max(1, Math.Abs(means[k]))) deviations[k] = 1;
        }
        return (means, deviations);
    }

    /// <summary>Solves A y = b for the lower triangle of a positive definite A, which is overwritten.</summary>
    private static double[] Cholesky(double[,] a, double[] b)
    {
        var n = b.Length;
        var y = (double[])b.Clone();
        for (var j = 0; j < n; j++)
            for (var i = j; i < n; i++)
            {
                var sum = a[i, j];
                for (var k = 0; k < j; k++) sum -= a[i, k] * a[j, k];
                a[i, j] = i == j ? Math.Sqrt(Math.Max(sum, 1e-300)) : sum / a[j, j];
            }
        for (var i = 0; i < n; i++)
        {
            for (var k = 0; k < i; k++) y[i] -= a[i, k] * y[k];
            y[i] /= a[i, i];
        }
        for (var i = n - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < n; k++) y[i] -= a[k, i] * y[k];
            y[i] /= a[i, i];
        }
        return y;
    }
}
