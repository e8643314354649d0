namespace MalariaLab.Core.Experiments;

/// <summary>A spec, or a part of one, that can't work.</summary>
/// <param name="field">Path of the field to change, for example <c>architecture.size</c>.</param>
/// <param name="message">A sentence for people.</param>
public sealed class SpecException(string field, string message) : ExplainedException(message)
{
    /// <summary>Path of the field to change.</summary>
    public string Field { get; } = field;
}
