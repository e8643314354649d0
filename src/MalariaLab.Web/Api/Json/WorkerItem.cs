namespace MalariaLab.Web.Api;

/// <summary>A worker.</summary>
public sealed record WorkerItem
{
    /// <summary>Row id.</summary>
    public required long Worker { get; init; }

    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>State as the worker says, or Silent when its heartbeat is too old.</summary>
    public required string State { get; init; }

    /// <summary>Device in words.</summary>
    public required string Device { get; init; }

    /// <summary>LibTorch's version.</summary>
    public required string LibTorch { get; init; }

    /// <summary>Age of the last heartbeat.</summary>
    public required double SecondsSinceHeartbeat { get; init; }

    /// <summary>The run that it holds.</summary>
    public required long? Run { get; init; }
}
