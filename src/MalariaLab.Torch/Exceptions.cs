namespace MalariaLab.Torch;

/// <summary>LibTorch refused an operation; the message names it, the shapes of its tensors and the reason.</summary>
public class TorchException(string message) : Exception(message);

/// <summary>Memory of the CPU or the GPU ran out.</summary>
public sealed class TorchOutOfMemoryException(string message, long? requestedBytes) : TorchException(message)
{
    /// <summary>The size of the allocation that failed, where LibTorch says it.</summary>
    public long? RequestedBytes { get; } = requestedBytes;
}

/// <summary>This build of LibTorch, or this machine, lacks what was asked for.</summary>
public sealed class TorchUnavailableException(string message) : TorchException(message);
