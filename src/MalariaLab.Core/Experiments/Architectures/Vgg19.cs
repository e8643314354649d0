namespace MalariaLab.Core.Experiments.Architectures;

/// <summary>VGG-19 without its top (Simonyan and Zisserman 2014), with a dense head.</summary>
public static class Vgg19
{
    /// <summary>20,024,384 parameters without the head; 22,647,361 at 125 × 125 × 3 for two classes.</summary>
    public static Architecture Figure { get; } = new()
    {
        Key = "vgg19",
        Title = "VGG-19",
        Description = "Sixteen 3×3 convolutions in five blocks of 64 to 512 filters, two dense layers of 512.",
        Size = 125,
        HeadUnits = [512, 512],
        Dropout = 0.3,
        Output = OutputUnit.Sigmoid,
        PretrainedScaling = PixelScaling.Caffe,
        Backbone = b =>
        {
            Block(b, "block1", filters: 64, convolutions: 2);
            Block(b, "block2", filters: 128, convolutions: 2);
            Block(b, "block3", filters: 256, convolutions: 4);
            Block(b, "block4", filters: 512, convolutions: 4);
            Block(b, "block5", filters: 512, convolutions: 4);
        },
    };

    private static void Block(NetworkBuilder b, string name, int filters, int convolutions)
    {
        b.Block(name);
        for (var i = 1; i <= convolutions; i++)
            b.Conv(filters, 3, Padding.Same, name: $"{name}_conv{i}").Relu();
        b.MaxPool(2, name: $"{name}_pool");
    }
}
