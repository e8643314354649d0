namespace MalariaLab.Core.Experiments;

/// <summary>Whether a spec is refused or only doubtful.</summary>
public enum IssueSeverity { Error, Warning }

/// <summary>Something wrong with a spec.</summary>
/// <param name="Field">Dotted path of the field to change, for example <c>training.batchSize</c>.</param>
/// <param name="Message">A sentence: what is wrong, with what, what to do.</param>
/// <param name="Severity">An error keeps the run from being queued.</param>
public sealed record SpecIssue(string Field, string Message, IssueSeverity Severity)
{
    /// <summary>True when the spec is refused.</summary>
    public bool IsError => Severity == IssueSeverity.Error;
}
