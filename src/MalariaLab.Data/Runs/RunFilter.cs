using System.Linq.Expressions;
using MalariaLab.Core.Runs;
using MalariaLab.Data.Entities;

namespace MalariaLab.Data.Runs;

/// <summary>Columns that the runs table sorts by.</summary>
public enum RunSort
{
    Created, Name, Status, Recipe, Dataset, Epochs,
    Accuracy, BalancedAccuracy, Sensitivity, Specificity, F1, Auc, BestValLoss, BestValAccuracy,
    Seconds, Finished, Priority, Seed,
}

/// <summary>Which runs, in which order, which page. Empty lists and nulls do not restrict.</summary>
public sealed record RunFilter
{
    /// <summary>Words that all occur in name, notes, recipe, dataset or tags.</summary>
    public string? Text { get; init; }

    /// <summary>States.</summary>
    public IReadOnlyList<RunStatus> Statuses { get; init; } = [];

    /// <summary>Recipe keys.</summary>
    public IReadOnlyList<string> Recipes { get; init; } = [];

    /// <summary>Datasets.</summary>
    public IReadOnlyList<long> DatasetIds { get; init; } = [];

    /// <summary>Tags that a run must all have.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Only runs that can be compared on this test set.</summary>
    public string? TestSetHash { get; init; }

    /// <summary>Only runs of this group.</summary>
    public long? GroupId { get; init; }

    /// <summary>Only runs of this person.</summary>
    public long? CreatedById { get; init; }

    /// <summary>Archived runs instead of the others.</summary>
    public bool Archived { get; init; }

    /// <summary>The trash instead of what is in use.</summary>
    public bool Trashed { get; init; }

    /// <summary>Further conditions, all of which must hold.</summary>
    public IReadOnlyList<Expression<Func<Run, bool>>> Conditions { get; init; } = [];

    /// <summary>Sort column; undefined values come last in both directions, ties by newest.</summary>
    public RunSort Sort { get; init; } = RunSort.Created;

    /// <summary>Direction.</summary>
    public bool Descending { get; init; } = true;

    /// <summary>Rows before the page.</summary>
    public int Skip { get; init; }

    /// <summary>Rows of the page, at most 500.</summary>
    public int Take { get; init; } = 50;
}
