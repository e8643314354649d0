namespace MalariaLab.Core.Experiments.Architectures;

/// <summary>The small network of the first malaria tutorial, in the manner of LeNet.</summary>
public static class LeNet
{
    /// <summary>467,026 parameters at 128 × 128 × 3 for two classes.</summary>
    public static Architecture Figure { get; } = new()
    {
        Key = "lenet",
        Title = "LeNet",
        Description = "Three convolutions of 8, 16 and 32 filters with pools, one dense layer of 64.",
        Size = 128,
        HeadUnits = [64],
        Dropout = 0.5,
        Backbone = b => b
            .Conv(8, 3, Padding.Same).Relu().MaxPool(2)
            .Conv(16, 3, Padding.Same).Relu().MaxPool(2)
            .Conv(32, 3).Relu().MaxPool(2),
    };
}
