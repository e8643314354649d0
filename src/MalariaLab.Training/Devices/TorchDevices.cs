using MalariaLab.Torch;

namespace MalariaLab.Training.Devices;

/// <summary>A CUDA device.</summary>
/// <param name="Index">Number in <c>cuda:N</c>.</param>
/// <param name="Name">Name by its driver.</param>
/// <param name="MemoryBytes">Its memory.</param>
public sealed record CudaDevice(int Index, string Name, long MemoryBytes);

/// <summary>What LibTorch can compute on, for those who choose a device and say which it was.</summary>
public static class TorchDevices
{
    /// <summary>LibTorch's version.</summary>
    public static string LibTorchVersion => torch.__version__;

    /// <summary>CUDA devices that LibTorch can use; empty where it was built without CUDA or there is none.</summary>
    public static IReadOnlyList<CudaDevice> Cuda() => !torch.cuda.is_available() ? [] :
        [.. Enumerable.Range(0, torch.cuda.device_count()).Select(index =>
            new CudaDevice(index, torch.cuda.get_device_properties(index).Name, torch.cuda.memory_stats(index).Total))];

    /// <summary>Whether a training can run on a device; a worker with none named takes the first CUDA device only where it can.</summary>
    public static bool CanTrainOn(string device) => device == "cpu";
}
