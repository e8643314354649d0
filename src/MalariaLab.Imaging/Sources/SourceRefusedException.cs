using MalariaLab.Core;

namespace MalariaLab.Imaging.Sources;

/// <summary>A source that cannot be imported at all.</summary>
public sealed class SourceRefusedException : ExplainedException
{
    /// <summary>With the sentence that says why and what to do.</summary>
    public SourceRefusedException(string message) : base(message) { }

    /// <summary>With the sentence and what lies behind it.</summary>
    public SourceRefusedException(string message, Exception inner) : base(message, inner) { }
}
