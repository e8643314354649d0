namespace MalariaLab.Data.Runs;

/// <summary>A worker process: its lasting name and the session that is new at each start.</summary>
public sealed record WorkerIdentity(string Name, string Session)
{
    /// <summary>A new session of the worker with this name.</summary>
    public static WorkerIdentity NewSession(string name) => new(name, Guid.NewGuid().ToString("N"));
}
