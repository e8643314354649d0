using MalariaLab.Torch;

namespace MalariaLab.Training.Engine;

/// <summary>
/// Forward and backward pass of a full batch, recorded once as a CUDA graph and launched as one from then on: a small network's kernels take less time than
/// asking for them. Where recording fails, every step is asked for as before.
/// </summary>
/// <param name="step">One pass; it must not wait for the device.</param>
/// <param name="log">Told when recording fails.</param>
internal sealed class StepGraph(Action<DeviceBatch> step, Action<string> log) : IDisposable
{
    // cuDNN chooses its algorithms and libraries set themselves up in the first passes, which can't be recorded.
    private const int WarmUpPasses = 3;
    private CUDAGraph? _graph;
    private DeviceBatch? _input;
    private int _passes;
    private bool _failed;

    /// <summary>One pass over a batch, all of the same size.</summary>
    public void Run(DeviceBatch batch)
    {
        if (_failed)
        {
            step(batch);
            return;
        }
        if (_passes < WarmUpPasses)
        {
            _passes++;
            using var stream = torch.cuda.side_stream();
            step(batch);
            return;
        }
        if (_graph is null && !Record(batch))
        {
            step(batch);
            return;
        }
        _input!.CopyFrom(batch);
        _graph!.replay();
    }

    public void Dispose()
    {
        _graph?.Dispose();
        _input?.Dispose();
    }

    private bool Record(DeviceBatch batch)
    {
        _input = batch.Copy();
        _graph = new CUDAGraph();
        try
        {
            _graph.Capture(() => step(_input));
            return true;
        }
        catch (TorchException e)
        {
            // Memory may be short too: a graph holds on to its own, beside that of scoring. Step by step the network may fit.
            _failed = true;
            _graph.Dispose();
            log($"Steps could not be recorded as a CUDA graph and run one kernel at a time: {e.Message}");
            return false;
        }
    }
}
