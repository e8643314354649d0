using MalariaLab.Data.Runs;
using MalariaLab.Web.Components.Shared;

namespace MalariaLab.Web.Features.Runs;

/// <summary>A column of the runs table that can be hidden.</summary>
/// <param name="Key">Its name in the address.</param>
/// <param name="Title">English title.</param>
/// <param name="Width">Width in CSS.</param>
/// <param name="Sort">What it sorts by; null when it cannot.</param>
/// <param name="Value">Plain content; null for columns that the page draws itself.</param>
public sealed record RunColumn(string Key, string Title, string Width, RunSort? Sort = null, Func<RunRow, string>? Value = null)
{
    /// <summary>Shown without a choice.</summary>
    public bool IsStandard { get; init; } = true;

    /// <summary>Numbers stand at the right.</summary>
    public bool IsNumber { get; init; }

    /// <summary>All of them, in order.</summary>
    public static IReadOnlyList<RunColumn> All { get; } =
    [
        new("status", "Status", "8rem", RunSort.Status),
        Number("accuracy", "Accuracy", RunSort.Accuracy, r => Figures.Percent(r.Accuracy)),
        Number("sensitivity", "Sensitivity", RunSort.Sensitivity, r => Figures.Percent(r.Sensitivity)),
        Number("specificity", "Specificity", RunSort.Specificity, r => Figures.Percent(r.Specificity)),
        Number("auc", "AUC", RunSort.Auc, r => Figures.Fixed(r.Auc, 4)),
        Number("validation", "Validation", RunSort.BestValAccuracy, r => Figures.Percent(r.BestValAccuracy)),
        Number("f1", "F1", RunSort.F1, r => Figures.Percent(r.F1)) with { IsStandard = false },
        Number("balanced", "Balanced accuracy", RunSort.BalancedAccuracy, r => Figures.Percent(r.BalancedAccuracy)) with { IsStandard = false, Width = "10rem" },
        Number("loss", "Validation loss", RunSort.BestValLoss, r => Figures.Fixed(r.BestValLoss, 4)) with { IsStandard = false, Width = "8.5rem" },
        new("tags", "Tags", "10rem"),
        new("recipe", "Recipe", "10.5rem", RunSort.Recipe, r => r.Recipe),
        new("dataset", "Dataset", "10rem", RunSort.Dataset, r => r.Dataset),
        new("split", "Split", "9rem", null, r => r.Split),
        Number("epoch", "Epoch", RunSort.Epochs, r => $"{r.LastEpoch} / {r.Epochs}") with { Width = "5.5rem" },
        Number("seed", "Seed", RunSort.Seed, r => $"{r.Seed}") with { Width = "5rem" },
        Number("time", "Training time", RunSort.Seconds, r => Figures.Duration(r.TrainSeconds > 0 ? r.TrainSeconds : null)) with { Width = "8rem" },
        new("group", "Group", "7rem"),
        new("device", "Device", "12rem", null, r => r.Device ?? Figures.None) { IsStandard = false },
        new("worker", "Worker", "8rem", null, r => r.WorkerName ?? Figures.None) { IsStandard = false },
        new("created", "Created", "9rem", RunSort.Created),
        new("who", "Who", "8rem"),
    ];

    private static RunColumn Number(string key, string title, RunSort sort, Func<RunRow, string> value) => new(key, title, "6.9rem", sort, value) { IsNumber = true };
}
