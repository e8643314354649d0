namespace MalariaLab.Data.Entities;

/// <summary>What a worker says of itself.</summary>
public enum WorkerState { Starting, Idle, Busy, Draining, Stopped }

/// <summary>A worker process by name; a restart keeps the row and changes <see cref="Session"/>.</summary>
public sealed class WorkerNode
{
    /// <summary>Row id.</summary>
    public long Id { get; set; }

    /// <summary>Unique name.</summary>
    public required string Name { get; set; }

    /// <summary>The process; new at each start, so that what an earlier process held is known to be orphaned.</summary>
    public required string Session { get; set; }

    /// <summary>Rises by one with each beat. Observers compare it with what they saw before and never compare clocks of two machines.</summary>
    public long Beat { get; set; }

    /// <summary>Time of the last beat by the worker's clock; for people.</summary>
    public DateTimeOffset HeartbeatAt { get; set; }

    /// <summary>Start of the process.</summary>
    public DateTimeOffset StartedAt { get; set; }

    /// <summary>State.</summary>
    public WorkerState State { get; set; }

    /// <summary>Processor, memory, devices as JSON.</summary>
    public string DeviceJson { get; set; } = "{}";

    /// <summary>Device in words.</summary>
    public string Device { get; set; } = "";

    /// <summary>Program's commit.</summary>
    public string Version { get; set; } = "";

    /// <summary>LibTorch's version.</summary>
    public string LibTorchVersion { get; set; } = "";

    /// <summary>Name of its log file below logs/.</summary>
    public string? LogName { get; set; }
}
