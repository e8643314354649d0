using System.Runtime.Intrinsics.X86;
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

    /// <summary>
    /// True where this processor multiplies in bfloat16 (AVX-512 BF16, and with it AMX). Others would only imitate it, many times slower than float32.
    /// </summary>
    public static bool CpuComputesInBFloat16 { get; } = Avx512F.IsSupported && X86Base.CpuId(7, 0).Eax >= 1 && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0;

    /// <summary>CUDA devices that LibTorch can use; empty where it was built without CUDA or there is none.</summary>
    public static IReadOnlyList<CudaDevice> Cuda() => !torch.cuda.is_available() ? [] :
        [.. Enumerable.Range(0, torch.cuda.device_count()).Select(index =>
            new CudaDevice(index, torch.cuda.get_device_properties(index).Name, torch.cuda.memory_stats(index).Total))];

    /// <summary>Devices that a training can run on, in LibTorch's words.</summary>
    public static IReadOnlyList<string> Names => ["cpu", .. Enumerable.Range(0, torch.cuda.is_available() ? torch.cuda.device_count() : 0).Select(index => $"cuda:{index}")];

    /// <summary>Whether a training can run on a device.</summary>
    public static bool CanTrainOn(string device) => (device == "cuda" ? "cuda:0" : device) is var name && Names.Contains(name);

    /// <summary>A device in words for people.</summary>
    internal static string NameOf(Device device) => device.Type == DeviceType.CPU ? "CPU" : torch.cuda.get_device_properties(Math.Max(0, device.Index)).Name;

    /// <summary>
    /// Makes a GPU the one of this thread and sets its libraries: deterministic algorithms in float32, or the fastest that cuDNN finds and TF32. These
    /// switches belong to the process. Even then some kernels of a GPU add in an order of their own, so repeats agree closely and not bit for bit.
    /// </summary>
    internal static void Use(Device device, bool deterministic)
    {
        if (device.Type == DeviceType.CPU)
            return;
        torch.cuda.set_device(Math.Max(0, device.Index));
        torch.backends.cudnn.deterministic = deterministic;
        torch.backends.cudnn.benchmark = !deterministic;
        torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = !deterministic;
    }
}
