using MalariaLab.Torch.Interop;

namespace MalariaLab.Torch.Optim;

/// <summary>
/// One optimizer over one contiguous buffer of parameters (float32 or float64) and its gradients, fused into one pass over the
/// memory. On the CPU the result doesn't depend on the thread count. The rules come from <see cref="OptimizerRule"/>.
/// </summary>
public sealed class FlatOptimizer : IDisposable
{
    private readonly Tensor[] states;

    /// <summary>An optimizer that has not stepped yet.</summary>
    /// <param name="rule">What a step does.</param>
    /// <param name="parameters">One axis; changed in place by each step. The caller keeps it.</param>
    /// <param name="gradients">As the parameters; read by each step. The caller keeps it.</param>
    public FlatOptimizer(OptimizerRule rule, Tensor parameters, Tensor gradients)
    {
        (Rule, Parameters, Gradients) = (rule, parameters, gradients);
        LearningRate = rule.LearningRate;
        states = new Tensor[rule.StateNames.Count];
        for (var i = 0; i < states.Length; i++)
            states[i] = torch.full(parameters.shape, i == 0 ? rule.InitialAccumulator : 0, parameters.dtype, parameters.device).DetachFromDisposeScope();
    }

    /// <summary>What a step does.</summary>
    public OptimizerRule Rule { get; }

    /// <summary>The parameters.</summary>
    public Tensor Parameters { get; }

    /// <summary>Their gradients.</summary>
    public Tensor Gradients { get; }

    /// <summary>The rate of the next step; schedules set it.</summary>
    public double LearningRate { get; set; }

    /// <summary>Steps done. With <see cref="States"/> this is all that a checkpoint needs.</summary>
    public long StepCount { get; set; }

    /// <summary>The buffers that the rule carries from step to step, by name; a checkpoint writes into them with copy_.</summary>
    public IReadOnlyDictionary<string, Tensor> States => Rule.StateNames.Select((name, i) => (name, i)).ToDictionary(s => s.name, s => states[s.i]);

    /// <summary>Does one step.</summary>
    /// <param name="gradientScale">Multiplies the gradient first: 1 / accumulated batches, or what clipping leaves.</param>
    public unsafe void Step(double gradientScale = 1)
    {
        var native = Rule.ToNative();
        native.Step = StepCount + 1;
        native.LearningRate = LearningRate;
        native.GradientScale = gradientScale;
        Native.Check(Native.mlt_optimizer_step(&native, Parameters.Handle, Gradients.Handle, State(0), State(1), State(2)));
        StepCount++;
    }

    /// <summary>Frees the states.</summary>
    public void Dispose()
    {
        foreach (var state in states)
            state.Dispose();
    }

    private nint State(int index) => index < states.Length ? states[index].Handle.DangerousGetHandle() : 0;
}
