namespace MalariaLab.Imaging.Sources;

/// <summary>A source that cannot be imported at all; the message is a sentence for people that says what to do.</summary>
public sealed class SourceRefusedException(string message, Exception? inner = null) : Exception(message, inner);
