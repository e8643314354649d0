using MalariaLab.Core.Experiments;

namespace MalariaLab.Data.Runs;

/// <summary>Request for a run.</summary>
public sealed record NewRun
{
    /// <summary>What to run.</summary>
    public required ExperimentSpec Spec { get; init; }

    /// <summary>Name, 1 to 200 characters.</summary>
    public required string Name { get; init; }

    /// <summary>Higher goes first.</summary>
    public int Priority { get; init; }

    /// <summary>Tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Notes in markdown.</summary>
    public string Notes { get; init; } = "";

    /// <summary>The run that this one was cloned from.</summary>
    public long? ParentRunId { get; init; }

    /// <summary>Group of seeds, sweep or folds.</summary>
    public long? GroupId { get; init; }
}
