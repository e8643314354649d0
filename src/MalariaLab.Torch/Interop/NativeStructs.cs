using System.Runtime.InteropServices;

namespace MalariaLab.Torch.Interop;

/// <summary>What kind of argument or result a value is; the numbers are those of the C header.</summary>
internal enum ValueKind
{
    None = 0, Tensor = 1, Int = 2, Double = 3, Bool = 4, Ints = 5, Doubles = 6, Tensors = 7, String = 8, Device = 9, Generator = 10, Default = 11, Bools = 12,
}

/// <summary>mlt_value.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeValue
{
    internal ValueKind Kind;
    internal int Count;
    internal long Bits;
}

/// <summary>mlt_optimizer.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeOptimizer
{
    internal int Algorithm, EpsilonInside, EpsilonHat, Nesterov, Amsgrad, DecoupledDecay, RateOnApply, Reserved;
    internal long Step;
    internal double LearningRate, Momentum, Rho, Beta1, Beta2, Epsilon, WeightDecay, GradientScale;
}
