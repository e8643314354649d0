using System.Globalization;
using MalariaLab.Core.Datasets;

namespace MalariaLab.Web.Features.Datasets;

/// <summary>The form of a new split.</summary>
public sealed class SplitDraft
{
    /// <summary>Method.</summary>
    public SplitMethod Method { get; set; } = SplitMethod.Ratio;

    /// <summary>What stays together.</summary>
    public SplitUnit Unit { get; set; } = SplitUnit.Group;

    /// <summary>Percent of training images.</summary>
    public double Train { get; set; } = 60;

    /// <summary>Percent of validation images.</summary>
    public double Validation { get; set; } = 10;

    /// <summary>Percent of test images.</summary>
    public double Test { get; set; } = 30;

    /// <summary>Seed of the shuffle.</summary>
    public long Seed { get; set; } = 42;

    /// <summary>Class shares alike in all parts.</summary>
    public bool Stratified { get; set; } = true;

    /// <summary>Folds of a cross-validation; one split is made for each.</summary>
    public int Folds { get; set; } = 5;

    /// <summary>Name as typed; empty takes <see cref="SuggestedName"/>.</summary>
    public string Name { get; set; } = "";

    /// <summary>A name that says what the split is.</summary>
    public string SuggestedName => Method switch
    {
        SplitMethod.Folders => "as given",
        SplitMethod.KFold => $"{Folds}-fold {By}, seed {Text(Seed)}",
        _ => $"{Text(Train)}/{Text(Validation)}/{Text(Test)} {By}, seed {Text(Seed)}",
    };

    /// <summary>The plans to make, each with its name; several for a cross-validation.</summary>
    /// <exception cref="Core.ExplainedException">There are too few or too many folds.</exception>
    public IReadOnlyList<(SplitPlan Plan, string Name)> Plans()
    {
        var name = Name.Trim().Length > 0 ? Name.Trim() : SuggestedName;
        var plan = new SplitPlan
        {
            Method = Method,
            Unit = Unit,
            TrainPercent = Train,
            ValidationPercent = Validation,
            TestPercent = Test,
            Seed = Seed,
            Stratified = Stratified,
            Folds = Folds,
        };
        return Method == SplitMethod.KFold ? plan.EachFold(name) : [(plan, name)];
    }

    /// <summary>A draft that asks for what a recipe's source did.</summary>
    public static SplitDraft Of(SplitPlan plan) => new()
    {
        Method = plan.Method,
        Unit = plan.Unit,
        Train = plan.TrainPercent,
        Validation = plan.ValidationPercent,
        Test = plan.TestPercent,
        Seed = plan.Seed,
        Stratified = plan.Stratified,
        Folds = plan.Folds,
    };

    private string By => Unit == SplitUnit.Group ? "by patient" : "by image";

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}
