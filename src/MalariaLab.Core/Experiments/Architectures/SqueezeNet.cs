namespace MalariaLab.Core.Experiments.Architectures;

/// <summary>SqueezeNet 1.1 (Iandola et al. 2016) without its top, with a global pool and one dense layer in place of the last convolution.</summary>
public static class SqueezeNet
{
    /// <summary>722,496 parameters without the head.</summary>
    public static Architecture Figure { get; } = new()
    {
        Key = "squeezenet",
        Title = "SqueezeNet 1.1",
        Description = "Eight fire modules that squeeze to few channels and expand by 1×1 and 3×3, global average pool.",
        Size = 128,
        Dropout = 0.5,
        PretrainedScaling = PixelScaling.Caffe,
        Backbone = b =>
        {
            b.Block("conv1").Conv(64, 3, stride: 2).Relu().MaxPool(3, 2, "pool1");
            Fire(b, "fire2", squeeze: 16, expand: 64);
            Fire(b, "fire3", squeeze: 16, expand: 64);
            b.MaxPool(3, 2, "pool3");
            Fire(b, "fire4", squeeze: 32, expand: 128);
            Fire(b, "fire5", squeeze: 32, expand: 128);
            b.MaxPool(3, 2, "pool5");
            Fire(b, "fire6", squeeze: 48, expand: 192);
            Fire(b, "fire7", squeeze: 48, expand: 192);
            Fire(b, "fire8", squeeze: 64, expand: 256);
            Fire(b, "fire9", squeeze: 64, expand: 256);
        },
        Pooling = b => b.GlobalAvgPool(),
    };

    private static void Fire(NetworkBuilder b, string name, int squeeze, int expand)
    {
        b.Block(name).Conv(squeeze, 1, name: $"{name}/squeeze1x1").Relu();
        var squeezed = b.Last;
        b.Conv(expand, 1, name: $"{name}/expand1x1").Relu();
        b.From(squeezed).Conv(expand, 3, Padding.Same, name: $"{name}/expand3x3").Relu();
        b.Concat($"{name}/concat", $"{name}/expand1x1", $"{name}/expand3x3");
    }
}
