namespace MalariaLab.Core;

/// <summary>A failure whose message is a sentence for people: what is wrong, with what, what to do. Shown as it is; any other exception is shown as an internal error.</summary>
public class ExplainedException : Exception
{
    /// <summary>With the sentence.</summary>
    public ExplainedException(string message) : base(message) { }

    /// <summary>With the sentence and what lies behind it.</summary>
    public ExplainedException(string message, Exception inner) : base(message, inner) { }
}
