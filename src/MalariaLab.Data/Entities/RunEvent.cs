using MalariaLab.Core.Runs;

namespace MalariaLab.Data.Entities;

/// <summary>One change of a run's state, never altered.</summary>
public sealed class RunEvent
{
    /// <summary>Row id; ascending in time within a run.</summary>
    public long Id { get; set; }

    /// <summary>The run.</summary>
    public long RunId { get; set; }

    /// <summary>When.</summary>
    public DateTimeOffset At { get; set; }

    /// <summary>State before; null for the first.</summary>
    public RunStatus? From { get; set; }

    /// <summary>State after.</summary>
    public RunStatus To { get; set; }

    /// <summary>Who: a person's name, a worker's name, "reconciler".</summary>
    public required string Actor { get; set; }

    /// <summary>Why, as a sentence; empty when nothing needs saying.</summary>
    public string Reason { get; set; } = "";
}
