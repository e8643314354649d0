namespace MalariaLab.Core.Experiments.Architectures;

/// <summary>The basic network that transfer learning is compared with: most of its weights sit in the first dense layer.</summary>
public static class BasicCnn
{
    /// <summary>15,102,529 parameters at 125 × 125 × 3 for two classes.</summary>
    public static Architecture Figure { get; } = new()
    {
        Key = "basic-cnn",
        Title = "Basic CNN",
        Description = "Three convolutions of 32, 64 and 128 filters with pools, two dense layers of 512.",
        Size = 125,
        HeadUnits = [512, 512],
        Dropout = 0.3,
        Output = OutputUnit.Sigmoid,
        Backbone = b => b
            .Conv(32, 3, Padding.Same).Relu().MaxPool(2)
            .Conv(64, 3, Padding.Same).Relu().MaxPool(2)
            .Conv(128, 3, Padding.Same).Relu().MaxPool(2),
    };
}
