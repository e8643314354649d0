using System.Globalization;

namespace MalariaLab.Core.Experiments;

/// <summary>Where a number of a spec may lie; also the limits of its field in a form.</summary>
/// <param name="Path">Dotted path.</param>
/// <param name="Min">Lowest value.</param>
/// <param name="Max">Highest value.</param>
/// <param name="OpenMin">True when <paramref name="Min"/> itself is too low.</param>
/// <param name="OpenMax">True when <paramref name="Max"/> itself is too high.</param>
public sealed record SpecRange(string Path, double Min, double Max, bool OpenMin = false, bool OpenMax = false)
{
    /// <summary>Ranges of all numbers but the seed, which is free, and those of the architecture, which checks its own.</summary>
    public static IReadOnlyList<SpecRange> All { get; } =
    [
        new("augmentation.rotationDegrees", 0, 180),
        new("augmentation.shiftHeight", 0, 1, OpenMax: true),
        new("augmentation.shiftWidth", 0, 1, OpenMax: true),
        new("augmentation.shearDegrees", 0, 80),
        new("augmentation.zoom", 0, 1, OpenMax: true),
        new("augmentation.brightness", 0, 1),
        new("augmentation.contrast", 0, 1),
        new("augmentation.saturation", 0, 1),
        new("augmentation.hue", 0, 0.5),
        new("augmentation.blurSigma", 0, 10),
        new("augmentation.cutOut", 0, 1, OpenMax: true),
        new("optimizer.learningRate", 0, 10, OpenMin: true),
        new("optimizer.momentum", 0, 1, OpenMax: true),
        new("optimizer.rho", 0, 1, OpenMax: true),
        new("optimizer.beta1", 0, 1, OpenMax: true),
        new("optimizer.beta2", 0, 1, OpenMax: true),
        // Less is 0 in float32, and 0 divided by it no number.
        new("optimizer.epsilon", 1e-30, 1),
        new("optimizer.initialAccumulator", 0, 1000),
        new("optimizer.weightDecay", 0, 10),
        new("schedule.factor", 0, 1, OpenMin: true, OpenMax: true),
        new("schedule.patience", 1, 1000),
        new("schedule.cooldown", 0, 1000),
        new("schedule.minDelta", 0, 10),
        new("schedule.minLearningRate", 0, 10),
        new("schedule.stepEpochs", 1, 10_000),
        new("schedule.warmUpEpochs", 0, 1000),
        new("schedule.riseShare", 0, 1, OpenMin: true, OpenMax: true),
        new("loss.labelSmoothing", 0, 1, OpenMax: true),
        new("earlyStopping.patience", 1, 10_000),
        new("earlyStopping.minDelta", 0, 10),
        new("training.epochs", 1, 10_000),
        new("training.batchSize", 1, 8192),
        new("training.accumulationSteps", 1, 1024),
        new("training.gradientClipNorm", 0, 1e6),
        new("training.weightEmaDecay", 0, 1, OpenMax: true),
        new("evaluation.testTimeViews", 1, 8),
    ];

    /// <summary>The range of a path, or null where none is set.</summary>
    public static SpecRange? Of(string path) => All.FirstOrDefault(r => r.Path == path);

    /// <summary>True when the value lies in the range.</summary>
    public bool Contains(double value) => (OpenMin ? value > Min : value >= Min) && (OpenMax ? value < Max : value <= Max);

    /// <summary><c>at least 0 and below 1</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(OpenMin ? "above" : "at least")} {Min} and {(OpenMax ? "below" : "at most")} {Max}");

    internal static IEnumerable<SpecIssue> Check(ExperimentSpec spec)
    {
        var values = SpecDiff.Values(spec).ToDictionary(v => v.Path, v => v.Value);
        foreach (var range in All)
            if (double.TryParse(values[range.Path], CultureInfo.InvariantCulture, out var value) && !range.Contains(value))
                yield return new(range.Path, $"{range.Path} must be {range}, but is {values[range.Path]}.", IssueSeverity.Error);
    }
}
