namespace MalariaLab.Core.Experiments;

/// <summary>Scoring options.</summary>
public sealed record EvaluationSpec
{
    /// <summary>Number of test-time augmentation views averaged (flips and quarter turns); 1 is the plain image.</summary>
    public int TestTimeViews { get; init; } = 1;
}
