namespace MalariaLab.Web.Hosting;

/// <summary>The lab refuses to start; the message is the sentence that a person reads on the console.</summary>
public sealed class LabStartException(string message) : Exception(message);
