namespace MalariaLab.Core.Evaluation;

/// <summary>One scored image.</summary>
/// <param name="Index">Position in the predictions, from 0.</param>
/// <param name="Truth">True class.</param>
/// <param name="Called">Class that the model calls it.</param>
/// <param name="Confidence">Probability of the called class.</param>
public readonly record struct ImageCall(int Index, int Truth, int Called, double Confidence)
{
    /// <summary>The call is wrong.</summary>
    public bool IsError => Truth != Called;
}

/// <summary>In which order images are listed.</summary>
public enum ImageOrder { MostConfident, LeastConfident, Manifest }

/// <summary>Which images of a prediction are listed. Nulls do not restrict.</summary>
public sealed record ImageChoice
{
    /// <summary>True class.</summary>
    public int? Truth { get; init; }

    /// <summary>Called class.</summary>
    public int? Called { get; init; }

    /// <summary>Group (patient).</summary>
    public string? Group { get; init; }

    /// <summary>Only wrong calls.</summary>
    public bool ErrorsOnly { get; init; }

    /// <summary>Order; the most confident first shows the errors that matter most.</summary>
    public ImageOrder Order { get; init; }

    /// <summary>The images, in the wanted order; equals in manifest order.</summary>
    /// <param name="predictions">The predictions.</param>
    /// <param name="positive">Index of the positive class; needed with two classes.</param>
    /// <param name="threshold">Two classes: probability from which on an image is called positive.</param>
    public IReadOnlyList<ImageCall> Of(Predictions predictions, int? positive, double threshold = 0.5)
    {
        var called = predictions.Predicted(positive, threshold);
        var calls = Enumerable.Range(0, predictions.Count)
            .Where(i => (Truth is null || predictions.Truth[i] == Truth) && (Called is null || called[i] == Called)
                && (!ErrorsOnly || called[i] != predictions.Truth[i]) && (Group is null || (i < predictions.Groups.Count && predictions.Groups[i] == Group)))
            .Select(i => new ImageCall(i, predictions.Truth[i], called[i], predictions.Probabilities[(i * predictions.Classes) + called[i]]));
        return Order switch
        {
            ImageOrder.Manifest => [.. calls],
            ImageOrder.LeastConfident => [.. calls.OrderBy(call => call.Confidence)],
            _ => [.. calls.OrderByDescending(call => call.Confidence)],
        };
    }
}
