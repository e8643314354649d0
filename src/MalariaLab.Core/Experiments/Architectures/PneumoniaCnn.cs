namespace MalariaLab.Core.Experiments.Architectures;

/// <summary>Two networks for chest X-rays. The source names neither the dense sizes nor the deeper filters: those here are our choice.</summary>
public static class PneumoniaCnn
{
    /// <summary>67,117,633 parameters at 256 × 256 × 1 for two classes, nearly all of them in the first dense layer.</summary>
    public static Architecture Figure { get; } = new()
    {
        Key = "pneumonia-cnn",
        Title = "Pneumonia CNN",
        Description = "One convolution of 32 filters with a pool, dense layers of 128 and 64.",
        Size = 256,
        Channels = 1,
        HeadUnits = [128, 64],
        Output = OutputUnit.Sigmoid,
        Backbone = b => b.Conv(32, 3, Padding.Same).Relu().MaxPool(2),
    };

    /// <summary>The same with three more groups of convolution and pool.</summary>
    public static Architecture DeepFigure { get; } = Figure with
    {
        Key = "pneumonia-cnn-deep",
        Title = "Pneumonia CNN, deep",
        Description = "Four convolutions of 32, 64, 96 and 128 filters with pools, dense layers of 128 and 64.",
        Backbone = b => b
            .Conv(32, 3, Padding.Same).Relu().MaxPool(2)
            .Conv(64, 3, Padding.Same).Relu().MaxPool(2)
            .Conv(96, 3, Padding.Same).Relu().MaxPool(2)
            .Conv(128, 3, Padding.Same).Relu().MaxPool(2),
    };
}
