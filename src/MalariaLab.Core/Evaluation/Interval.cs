namespace MalariaLab.Core.Evaluation;

/// <summary>A confidence interval.</summary>
/// <param name="Low">Lower bound.</param>
/// <param name="High">Upper bound.</param>
public readonly record struct Interval(double Low, double High)
{
    /// <summary>True when the value lies inside or on a bound.</summary>
    public bool Contains(double value) => value >= Low && value <= High;
}
