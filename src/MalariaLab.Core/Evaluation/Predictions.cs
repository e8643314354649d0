namespace MalariaLab.Core.Evaluation;

/// <summary>What a model said about the images of one part of a split, in manifest order.</summary>
public sealed record Predictions
{
    /// <summary>Most classes of a dataset.</summary>
    public const int MaxClasses = 20;

    /// <summary>Class names, in class order; 2 to 20.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>True class of each image.</summary>
    public required int[] Truth { get; init; }

    /// <summary>[images × classes], row by row. One sigmoid unit is stored as two columns that sum to 1.</summary>
    public required float[] Probabilities { get; init; }

    /// <summary>Group (patient) of each image, null where unknown; empty when the dataset has none.</summary>
    public IReadOnlyList<string?> Groups { get; init; } = [];

    /// <summary>What names each image everywhere (its content hash or name), each once; empty when not needed.</summary>
    public IReadOnlyList<string> ImageIds { get; init; } = [];

    /// <summary>Number of images.</summary>
    public int Count => Truth.Length;

    /// <summary>Number of classes.</summary>
    public int Classes => Labels.Count;

    /// <summary><see cref="Probabilities"/> in double precision, a new array.</summary>
    public double[] ToDoubles() => Array.ConvertAll(Probabilities, p => (double)p);

    /// <summary>P(<paramref name="positive"/>) of each image.</summary>
    public double[] Scores(int positive)
    {
        var scores = new double[Count];
        for (var i = 0; i < scores.Length; i++) scores[i] = Probabilities[(i * Classes) + positive];
        return scores;
    }

    /// <summary>Whether each image's true class is <paramref name="positive"/>.</summary>
    public bool[] IsClass(int positive) => Array.ConvertAll(Truth, t => t == positive);

    /// <summary>The predictions of the images at these positions.</summary>
    public Predictions Only(IReadOnlyList<int> positions) => this with
    {
        Truth = [.. positions.Select(i => Truth[i])],
        Probabilities = [.. positions.SelectMany(i => Probabilities.AsSpan(i * Classes, Classes).ToArray())],
        Groups = Groups.Count == 0 ? [] : [.. positions.Select(i => Groups[i])],
        ImageIds = ImageIds.Count == 0 ? [] : [.. positions.Select(i => ImageIds[i])],
    };

    /// <summary>
    /// Predicted class of each image: with two classes the positive one where its probability is at least <paramref name="threshold"/>,
    /// with more the largest probability.
    /// </summary>
    public int[] Predicted(int? positive, double threshold = 0.5)
    {
        if (Classes > 2) return MultiClassMetrics.ArgMaxRows(ToDoubles(), Classes);
        var index = positive ?? throw new ArgumentNullException(nameof(positive), $"Say which of {string.Join(" and ", Labels)} is the positive class.");
        return Array.ConvertAll(Scores(index), score => score >= threshold ? index : 1 - index);
    }

    /// <summary>One class against all others: two classes, of which the first is the given one.</summary>
    /// <param name="positive">Index of the class.</param>
    /// <param name="rest">Name of all others together.</param>
    public Predictions Against(int positive, string rest)
    {
        var probabilities = new float[Count * 2];
        for (var i = 0; i < Count; i++)
        {
            probabilities[2 * i] = Probabilities[(i * Classes) + positive];
            probabilities[(2 * i) + 1] = 1 - probabilities[2 * i];
        }
        return this with { Labels = [Labels[positive], rest], Truth = Array.ConvertAll(Truth, t => t == positive ? 0 : 1), Probabilities = probabilities };
    }

    /// <summary>The same predictions in the image order of <paramref name="other"/>: matched by image id, without ids by position.</summary>
    /// <exception cref="ArgumentException">The two do not speak of the same images.</exception>
    public Predictions InOrderOf(Predictions other)
    {
        var order = new int[other.Count];
        var byId = ImageIds.Count > 0 && other.ImageIds.Count > 0;
        var at = byId ? ImageIds.Select((id, i) => (id, i)).ToDictionary(x => x.id, x => x.i, StringComparer.Ordinal) : [];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = !byId ? i : at.GetValueOrDefault(other.ImageIds[i], -1);
            if (Count != other.Count || order[i] < 0 || Truth[order[i]] != other.Truth[i])
                throw new ArgumentException("The two predictions are not of the same images with the same labels.", nameof(other));
        }
        return this with
        {
            Truth = other.Truth,
            Probabilities = [.. order.SelectMany(i => Probabilities.AsSpan(i * Classes, Classes).ToArray())],
            Groups = other.Groups,
            ImageIds = other.ImageIds,
        };
    }

    /// <summary>Checks shapes and ranges.</summary>
    /// <exception cref="ArgumentException">Something does not fit; the message says what.</exception>
    public void Validate()
    {
        if (Classes is < 2 or > MaxClasses)
            throw new ArgumentException($"Predictions need 2 to {MaxClasses} classes, not {Classes}.");
        if (Probabilities.Length != Count * Classes)
            throw new ArgumentException($"{Count} images of {Classes} classes need {Count * Classes} probabilities, not {Probabilities.Length}.");
        if (Groups.Count != 0 && Groups.Count != Count)
            throw new ArgumentException($"{Count} images came with {Groups.Count} groups.");
        if (ImageIds.Count != 0 && ImageIds.Count != Count)
            throw new ArgumentException($"{Count} images came with {ImageIds.Count} names.");
        var wrong = Array.FindIndex(Truth, t => t < 0 || t >= Classes);
        if (wrong >= 0) throw new ArgumentException($"Image {wrong} has the class {Truth[wrong]}; classes go from 0 to {Classes - 1}.");
        wrong = Array.FindIndex(Probabilities, p => !(p >= 0 && p <= 1));
        if (wrong >= 0) throw new ArgumentException($"Image {wrong / Classes} has the probability {Probabilities[wrong]}, which is not within 0 and 1.");
    }
}
