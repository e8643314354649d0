using System.Globalization;

namespace MalariaLab.Core.Datasets;

/// <summary>Parts of a split.</summary>
public enum SplitPart : byte { Train, Validation, Test, Unused }

/// <summary>What stays together when images are dealt to parts.</summary>
public enum SplitUnit { Image, Group }

/// <summary>How the parts are made.</summary>
public enum SplitMethod { Ratio, Folders, KFold }

/// <summary>The request for a split; the assignment that follows from it is stored and immutable.</summary>
public sealed record SplitPlan
{
    /// <summary>Method.</summary>
    public SplitMethod Method { get; init; } = SplitMethod.Ratio;

    /// <summary>Whether images or whole groups (patients) are dealt.</summary>
    public SplitUnit Unit { get; init; } = SplitUnit.Group;

    /// <summary>Share of training images, in percent; the three shares sum to 100.</summary>
    public double TrainPercent { get; init; } = 60;

    /// <summary>Share of validation images, in percent.</summary>
    public double ValidationPercent { get; init; } = 10;

    /// <summary>Share of test images, in percent.</summary>
    public double TestPercent { get; init; } = 30;

    /// <summary>Seed of the shuffle.</summary>
    public long Seed { get; init; } = 42;

    /// <summary>Keep class shares alike in all parts.</summary>
    public bool Stratified { get; init; } = true;

    /// <summary>KFold: number of folds.</summary>
    public int Folds { get; init; } = 5;

    /// <summary>KFold: which fold is the test part, from 0.</summary>
    public int Fold { get; init; }

    /// <summary>Most folds of a cross-validation.</summary>
    public const int MaxFolds = 20;

    /// <summary>The plan of each fold of a cross-validation, with the name of its split.</summary>
    /// <param name="name">What the names begin with.</param>
    /// <exception cref="ExplainedException">There are too few or too many folds.</exception>
    public IReadOnlyList<(SplitPlan Plan, string Name)> EachFold(string name)
    {
        if (Folds is < 2 or > MaxFolds) throw new ExplainedException($"A cross-validation has 2 to {MaxFolds} folds, not {Folds}.");
        return [.. Enumerable.Range(0, Folds).Select(fold => (this with { Method = SplitMethod.KFold, Fold = fold }, NameOf(fold)))];
        string NameOf(int fold) => string.Create(CultureInfo.InvariantCulture, $"{name.Trim()}, fold {fold + 1}");
    }

    /// <summary>Row id of the split of an earlier version that this one was taken over from by <see cref="SplitCarry"/>; null when it was dealt.</summary>
    public long? CarriedFrom { get; init; }
}

/// <summary>What the splitter needs to know of an image.</summary>
/// <param name="Sha256">Content hash, 64 hex digits.</param>
/// <param name="Label">Class index.</param>
/// <param name="Group">Group (patient) key, or null.</param>
/// <param name="GivenPart">Part named by the source folders, or null.</param>
public readonly record struct SplitItem(string Sha256, int Label, string? Group, SplitPart? GivenPart);
