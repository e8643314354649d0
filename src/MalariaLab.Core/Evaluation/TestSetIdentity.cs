namespace MalariaLab.Core.Evaluation;

/// <summary>What a run's figures were measured on. Two runs may be set against each other if and only if their test-set hashes are equal.</summary>
/// <param name="DatasetHash">Hash of the dataset version.</param>
/// <param name="SplitHash">Hash of the split.</param>
/// <param name="TestSetHash">Hash of contents and labels of the scored images.</param>
/// <param name="Images">Number of scored images.</param>
/// <param name="Labels">Class names.</param>
public sealed record TestSetIdentity(string DatasetHash, string SplitHash, string TestSetHash, int Images, IReadOnlyList<string> Labels)
{
    /// <summary>Null when statistics between the two are allowed, else a sentence that says which part differs.</summary>
    public string? WhyNotComparable(TestSetIdentity other)
    {
        if (!Labels.SequenceEqual(other.Labels))
            return $"The classes differ: {string.Join(", ", Labels)} against {string.Join(", ", other.Labels)}.";
        if (TestSetHash == other.TestSetHash) return null;
        var sizes = Images == other.Images ? $"both hold {Images} images, but not the same ones or not with the same labels" : $"{Images} against {other.Images} images";
        var cause = DatasetHash != other.DatasetHash ? "the runs used different dataset versions"
            : SplitHash != other.SplitHash ? "the runs used different splits of the same dataset version"
            : "one of them was scored on other images than the test part of its split";
        return $"The test sets differ ({sizes}): {cause}. Evaluate one model on the other's test set to compare them.";
    }
}
