namespace MalariaLab.Web.Api;

/// <summary>A run's evaluation on another dataset: the results of the run with the figures of that dataset as test figures.</summary>
public sealed record EvaluationState : RunResults
{
    /// <summary>Row id of the task.</summary>
    public required long Evaluation { get; init; }

    /// <summary>What happens now.</summary>
    public required string Stage { get; init; }

    /// <summary>Share done, 0 to 1; null while unknown.</summary>
    public required double? Progress { get; init; }
}

/// <summary>The request for an evaluation of a run.</summary>
/// <param name="Dataset">Dataset, by id or name.</param>
public sealed record EvaluationRequest(string Dataset);
