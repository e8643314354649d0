using MalariaLab.Core.Experiments.Architectures;
using MalariaLab.Imaging.Augmentation;

namespace MalariaLab.Training.Architectures;

/// <summary>First values of a tensor: a function of (seed, tensor name), so that another head leaves the backbone's start as it was.</summary>
public static class InitialWeights
{
    private const long Purpose = -2;

    /// <summary>Values in the row-major order of the slot's shape.</summary>
    public static float[] Draw(ParameterSlot slot, long seed)
    {
        var values = new float[slot.Count];
        switch (slot.Role)
        {
            case ParameterRole.Scale or ParameterRole.RunningVariance:
                Array.Fill(values, 1f);
                break;
            case ParameterRole.Weight:
                Fill(values, slot, CounterRandom.For(seed, Purpose, NameKey(slot.Name)));
                break;
        }
        return values;
    }

    private static void Fill(float[] values, ParameterSlot slot, CounterRandom random)
    {
        var window = slot.Shape.Length == 4 ? slot.Shape[2] * slot.Shape[3] : 1;
        var (fanIn, fanOut) = (slot.Shape[1] * window, slot.Shape[0] * window);
        var initializer = slot.Layer.Op switch
        {
            Conv2D conv => conv.Initializer,
            Dense dense => dense.Initializer,
            Output output => output.Initializer,
            _ => throw new InvalidOperationException($"{slot.Name} has no initializer."),
        };
        if (initializer == Initializer.GlorotUniform)
        {
            var limit = Math.Sqrt(6.0 / (fanIn + fanOut));
            for (var i = 0; i < values.Length; i++)
                values[i] = (float)random.Uniform(-limit, limit);
            return;
        }
        var deviation = Math.Sqrt(2.0 / fanIn);
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)(deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
    }

    // FNV-1a: the runtime's own string hash changes from process to process.
    private static long NameKey(string name)
    {
        var hash = 14695981039346656037UL;
        foreach (var letter in name)
            hash = (hash ^ letter) * 1099511628211UL;
        return (long)hash;
    }
}
