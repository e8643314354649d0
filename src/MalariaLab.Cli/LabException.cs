namespace MalariaLab.Cli;

/// <summary>A failure whose message is a sentence for the person at the terminal.</summary>
public sealed class LabException(string message) : Exception(message);
