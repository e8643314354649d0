namespace MalariaLab.Data.Entities;

/// <summary>An evaluation report, computed from a prediction set and stored.</summary>
public sealed class EvaluationRow
{
    /// <summary>Row id.</summary>
    public long Id { get; set; }

    /// <summary>The run.</summary>
    public long RunId { get; set; }

    /// <summary>The version that was scored.</summary>
    public long DatasetVersionId { get; set; }

    /// <summary>Which images: see <see cref="PredictionScope"/>.</summary>
    public required string Scope { get; set; }

    /// <summary>Hash of the scored images and labels.</summary>
    public required string SetHash { get; set; }

    /// <summary>The report as JSON.</summary>
    public required string ReportJson { get; set; }

    /// <summary>When it was stored.</summary>
    public DateTimeOffset At { get; set; }
}
