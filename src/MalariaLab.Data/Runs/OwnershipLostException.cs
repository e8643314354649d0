namespace MalariaLab.Data.Runs;

/// <summary>The job was taken away (canceled, queued again, given to another worker): nothing more may be written for it.</summary>
public sealed class OwnershipLostException(string what) : Exception($"{what} is no longer held by this worker; nothing was written.");
