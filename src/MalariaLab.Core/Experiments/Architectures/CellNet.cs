namespace MalariaLab.Core.Experiments.Architectures;

/// <summary>
/// The lab's own network for cells, made for a CPU: the stem halves the image at once, so that most of the work happens on maps small enough
/// for the cache, and a global pool keeps the head from learning where in the image a cell lies.
/// </summary>
public static class CellNet
{
    /// <summary>Under 600,000 parameters and 100 million multiply-adds at 96 × 96 × 3.</summary>
    public static Architecture Figure { get; } = new()
    {
        Key = "cellnet",
        Title = "CellNet",
        Description = "Seven 3×3 convolutions with batch normalisation in four stages of 32 to 256 filters, global average pool.",
        Size = 96,
        Initializer = Initializer.HeNormal,
        Dropout = 0.2,
        Backbone = b =>
        {
            b.Block("stage1");
            Unit(b, "stage1_1", 32, stride: 2);
            Unit(b, "stage1_2", 32);
            b.MaxPool(2, name: "stage1_pool").Block("stage2");
            Unit(b, "stage2_1", 64);
            Unit(b, "stage2_2", 64);
            b.MaxPool(2, name: "stage2_pool").Block("stage3");
            Unit(b, "stage3_1", 128);
            Unit(b, "stage3_2", 128);
            b.MaxPool(2, name: "stage3_pool").Block("stage4");
            Unit(b, "stage4_1", 256);
        },
        Pooling = b => b.GlobalAvgPool(),
    };

    // The bias would be taken out again by the normalisation's mean.
    private static void Unit(NetworkBuilder b, string name, int filters, int stride = 1) => b
        .Conv(filters, 3, Padding.Same, stride, bias: false, name: $"{name}_conv")
        .BatchNorm($"{name}_bn", epsilon: 1e-5, momentum: 0.9)
        .Relu($"{name}_relu");
}
