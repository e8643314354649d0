namespace MalariaLab.Worker.Hosting;

/// <summary>Section <c>Worker</c> of the settings.</summary>
public sealed class WorkerSettings
{
    /// <summary>Name under which the worker appears; unique in a lab. Empty takes the machine's name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Device in LibTorch's words: <c>cpu</c>, <c>cuda:0</c>. Empty takes the first CUDA device, else the CPU.</summary>
    public string Device { get; set; } = "";

    /// <summary>Threads of a training at most; 0 takes every core. The numbers of a deterministic run do not depend on it.</summary>
    public int Threads { get; set; }

    /// <summary>Set by the process that starts this one and holds its standard input open: its end ends the worker.</summary>
    public bool StopWithInput { get; set; }
}
