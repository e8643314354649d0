using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using MalariaLab.Core.Experiments;
using MalariaLab.Training.Devices;

namespace MalariaLab.Worker.Hosting;

/// <summary>The machine and what a training would use of it; stored with workers and runs.</summary>
internal sealed record MachineInfo
{
    /// <summary>Device in LibTorch's words.</summary>
    public required string Device { get; init; }

    /// <summary>Device in words for people.</summary>
    public required string DeviceName { get; init; }

    /// <summary>Processor model.</summary>
    public required string Processor { get; init; }

    /// <summary>Processor cores that this process may use.</summary>
    public required int Cores { get; init; }

    /// <summary>Threads of a training.</summary>
    public required int Threads { get; init; }

    /// <summary>Memory that this process may use, in bytes.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>True when the device multiplies in bfloat16.</summary>
    public required bool HasBFloat16 { get; init; }

    /// <summary>CUDA devices.</summary>
    public required IReadOnlyList<CudaDevice> Cuda { get; init; }

    /// <summary>LibTorch's version.</summary>
    public required string LibTorch { get; init; }

    /// <summary>Operating system.</summary>
    public required string System { get; init; }

    /// <summary>.NET's version.</summary>
    public required string Runtime { get; init; }

    /// <summary>Looks at the machine.</summary>
    public static MachineInfo Detect(WorkerSettings settings)
    {
        var cuda = TorchDevices.Cuda();
        var device = settings.Device.Length > 0 ? settings.Device : cuda.Count > 0 && TorchDevices.CanTrainOn("cuda:0") ? "cuda:0" : "cpu";
        var used = cuda.FirstOrDefault(d => device == $"cuda:{d.Index}" || (device == "cuda" && d.Index == 0));
        var processor = ProcessorName();
        var cores = Environment.ProcessorCount;
        return new()
        {
            Device = device,
            DeviceName = used is not null
                ? string.Create(CultureInfo.InvariantCulture, $"{used.Name}, {used.MemoryBytes / (double)(1L << 30):0} GiB")
                : string.Create(CultureInfo.InvariantCulture, $"CPU, {processor}, {cores} cores"),
            Processor = processor,
            Cores = cores,
            Threads = settings.Threads > 0 ? Math.Min(settings.Threads, cores) : cores,
            MemoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            HasBFloat16 = used is not null || TorchDevices.CpuComputesInBFloat16,
            Cuda = cuda,
            LibTorch = TorchDevices.LibTorchVersion,
            System = RuntimeInformation.OSDescription,
            Runtime = RuntimeInformation.FrameworkDescription,
        };
    }

    /// <summary>As stored.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, SpecJson.Options);

    private static string ProcessorName()
    {
        const string File = "/proc/cpuinfo";
        var line = global::System.IO.File.Exists(File)
            ? global::System.IO.File.ReadLines(File).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
