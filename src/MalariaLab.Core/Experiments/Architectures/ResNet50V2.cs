namespace MalariaLab.Core.Experiments.Architectures;

/// <summary>
/// Keras' ResNet50V2 (He et al. 2016, identity mappings), layer for layer, so that its published weights fit. It differs from others:
/// the stem has no normalisation, the stride of 2 stands in the last block of a stage, and the stem's pool sees a margin of zeros.
/// </summary>
public static class ResNet50V2
{
    private const double Epsilon = 1.001e-5;

    /// <summary>23,564,800 parameters without the head; 23,827,330 at 128 × 128 × 3 for two classes.</summary>
    public static Architecture Figure { get; } = new()
    {
        Key = "resnet50v2",
        Title = "ResNet50V2",
        Description = "Sixteen pre-activated bottleneck blocks in four stages, average pool, one dense layer of 128.",
        Size = 128,
        HeadUnits = [128],
        Dropout = 0.5,
        PretrainedScaling = PixelScaling.MinusOneToOne,
        Backbone = b =>
        {
            b.Block("conv1")
                .ZeroPad(3, "conv1_pad").Conv(64, 7, stride: 2, name: "conv1_conv")
                .ZeroPad(1, "pool1_pad").MaxPool(3, 2, "pool1_pool");
            Stage(b, "conv2", filters: 64, blocks: 3, lastStride: 2);
            Stage(b, "conv3", filters: 128, blocks: 4, lastStride: 2);
            Stage(b, "conv4", filters: 256, blocks: 6, lastStride: 2);
            Stage(b, "conv5", filters: 512, blocks: 3, lastStride: 1);
            b.Block("post").BatchNorm("post_bn", Epsilon).Relu("post_relu");
        },
        Pooling = b => b.AvgPool(4, "avg_pool").Flatten(),
    };

    private static void Stage(NetworkBuilder b, string name, int filters, int blocks, int lastStride)
    {
        b.Block(name);
        for (var i = 1; i <= blocks; i++)
            Bottleneck(b, $"{name}_block{i}", filters, stride: i == blocks ? lastStride : 1, projected: i == 1);
    }

    private static void Bottleneck(NetworkBuilder b, string name, int filters, int stride, bool projected)
    {
        var shortcut = b.Last;
        b.BatchNorm($"{name}_preact_bn", Epsilon).Relu($"{name}_preact_relu");
        var activated = b.Last;

        if (projected)
            shortcut = b.Conv(4 * filters, 1, name: $"{name}_0_conv").Last;
        else if (stride > 1)
            shortcut = b.From(shortcut).Subsample(stride, $"{name}_0_pool").Last;

        b.From(activated)
            .Conv(filters, 1, bias: false, name: $"{name}_1_conv").BatchNorm($"{name}_1_bn", Epsilon).Relu($"{name}_1_relu")
            .ZeroPad(1, $"{name}_2_pad")
            .Conv(filters, 3, stride: stride, bias: false, name: $"{name}_2_conv").BatchNorm($"{name}_2_bn", Epsilon).Relu($"{name}_2_relu")
            .Conv(4 * filters, 1, name: $"{name}_3_conv");
        b.Sum($"{name}_out", shortcut, b.Last);
    }
}
