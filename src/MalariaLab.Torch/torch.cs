using System.Runtime.InteropServices;
using MalariaLab.Torch.Interop;

namespace MalariaLab.Torch;

/// <summary>LibTorch, under the names that it has in Python and TorchSharp.</summary>
public static unsafe partial class torch
{
    /// <summary>uint8.</summary>
    public const ScalarType uint8 = ScalarType.Byte;
    /// <summary>int32.</summary>
    public const ScalarType int32 = ScalarType.Int32;
    /// <summary>int64.</summary>
    public const ScalarType int64 = ScalarType.Int64;
    /// <summary>Half precision.</summary>
    public const ScalarType float16 = ScalarType.Float16;
    /// <summary>bfloat16.</summary>
    public const ScalarType bfloat16 = ScalarType.BFloat16;
    /// <summary>Single precision.</summary>
    public const ScalarType float32 = ScalarType.Float32;
    /// <summary>Double precision.</summary>
    public const ScalarType float64 = ScalarType.Float64;
    /// <summary>Truth values.</summary>
    public const ScalarType @bool = ScalarType.Bool;

    /// <summary>The host.</summary>
    public static readonly Device CPU = new(DeviceType.CPU);
    /// <summary>The current GPU.</summary>
    public static readonly Device CUDA = new(DeviceType.CUDA);

    /// <summary>"cpu", "cuda" or "cuda:1".</summary>
    public static Device device(string text) => Device.Parse(text);

    /// <summary>The version of LibTorch that the shim was built against.</summary>
    public static string __version__ => Marshal.PtrToStringUTF8((nint)Native.mlt_version())!;

    /// <summary>LibTorch's own account of how it was built and what it runs on.</summary>
    public static string show_config()
    {
        const int capacity = 16384;
        var buffer = stackalloc byte[capacity];
        Native.Check(Native.mlt_describe(buffer, capacity));
        return Marshal.PtrToStringUTF8((nint)buffer)!;
    }

    /// <summary>Begins a scope that frees the tensors made on this thread until it ends.</summary>
    public static DisposeScope NewDisposeScope() => new();

    /// <summary>Threads that one operation may use, as this thread sees it.</summary>
    public static int get_num_threads() => Native.mlt_get_num_threads();

    /// <summary>
    /// Threads that one operation may use: for this thread, for every thread that hasn't used LibTorch yet, and for the BLAS
    /// library, whose count is one a process.
    /// </summary>
    public static void set_num_threads(int n) => Native.Check(Native.mlt_set_num_threads(n));

    /// <summary>
    /// Threads that one operation may use when this thread calls it; all others keep theirs, and so does BLAS. Where several threads compute
    /// side by side, call <see cref="set_num_threads"/> with 1 before them, so that BLAS doesn't make them queue.
    /// </summary>
    public static void set_num_threads_of_this_thread(int n) => Native.Check(Native.mlt_set_num_threads_here(n));

    /// <summary>
    /// Freed tensors' memory stays with this process instead of going back to the kernel, so that every training step finds its
    /// buffers mapped. For a process that trains; it holds on to its peak.
    /// </summary>
    public static void keep_freed_memory() => Native.mlt_keep_freed_memory();

    /// <summary>Seeds the default generator of every device.</summary>
    public static Generator manual_seed(ulong seed)
    {
        Native.Check(Native.mlt_manual_seed(seed));
        return default_generator;
    }

    /// <summary>A handle to the CPU's process-wide generator.</summary>
    public static Generator default_generator => Generator.DefaultOf(CPU);

    /// <summary>State of the CPU's process-wide generator.</summary>
    public static Tensor get_rng_state()
    {
        using var generator = default_generator;
        return generator.get_state();
    }

    /// <summary>Puts the CPU's process-wide generator into a state that <see cref="get_rng_state"/> gave.</summary>
    public static void set_rng_state(Tensor state)
    {
        using var generator = default_generator;
        generator.set_state(state);
    }

    /// <summary>Makes operations without a deterministic implementation fail, or only warn, and the others take theirs.</summary>
    public static void use_deterministic_algorithms(bool mode, bool warn_only = false) =>
        Native.Check(Native.mlt_set_deterministic(mode ? 1 : 0, warn_only ? 1 : 0));

    /// <summary>Whether <see cref="use_deterministic_algorithms"/> is on.</summary>
    public static bool are_deterministic_algorithms_enabled() => Native.mlt_get_deterministic() != 0;
}
