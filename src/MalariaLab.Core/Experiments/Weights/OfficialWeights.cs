namespace MalariaLab.Core.Experiments;

/// <summary>How a publisher proves a file.</summary>
public enum ChecksumKind { Md5, Sha256 }

/// <summary>A published checksum, or its first digits where no more are published.</summary>
/// <param name="Kind">Algorithm.</param>
/// <param name="Digits">Lower-case hexadecimal.</param>
public sealed record Checksum(ChecksumKind Kind, string Digits)
{
    /// <summary>As in "SHA-256 dcbb9e9d".</summary>
    public override string ToString() => $"{(Kind == ChecksumKind.Md5 ? "MD5" : "SHA-256")} {Digits}";
}

/// <summary>ImageNet weights that their publisher offers for download.</summary>
/// <param name="Key">Short name for commands.</param>
/// <param name="Title">Name for people.</param>
/// <param name="Architecture">The architecture that they are for.</param>
/// <param name="Address">Where.</param>
/// <param name="Checksum">Proof.</param>
/// <param name="Scaling">The scaling that they were trained with.</param>
/// <param name="Licence">Note on the licence.</param>
public sealed record OfficialWeights(string Key, string Title, string Architecture, Uri Address, Checksum Checksum, PixelScaling Scaling, string Licence)
{
    private const string Keras = "https://storage.googleapis.com/tensorflow/keras-applications/";

    /// <summary>The files that a lab can fetch by itself: a closed list, so that nobody can send a worker to other addresses.</summary>
    public static IReadOnlyList<OfficialWeights> All { get; } =
    [
        new("vgg19-keras", "VGG-19, ImageNet, Keras", "vgg19", new(Keras + "vgg19/vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5"),
            new(ChecksumKind.Md5, "253f8cb515780f3b799900260a226db6"), PixelScaling.Caffe,
            "By the Visual Geometry Group, Oxford, through Keras: read their terms and ImageNet's before use outside research."),
        new("resnet50v2-keras", "ResNet50V2, ImageNet, Keras", "resnet50v2", new(Keras + "resnet/resnet50v2_weights_tf_dim_ordering_tf_kernels_notop.h5"),
            new(ChecksumKind.Md5, "fac2f116257151a9d068a22e544a4917"), PixelScaling.MinusOneToOne, "By Keras: read its terms and ImageNet's before use outside research."),
        new("vgg19-torchvision", "VGG-19, ImageNet, torchvision", "vgg19", new("https://download.pytorch.org/models/vgg19-dcbb9e9d.pth"),
            new(ChecksumKind.Sha256, "dcbb9e9d"), PixelScaling.ImageNet, "By torchvision: read its terms and ImageNet's before use outside research."),
        new("squeezenet-keras", "SqueezeNet 1.1, ImageNet, Keras", "squeezenet",
            new("https://github.com/rcmalli/keras-squeezenet/releases/download/v1.0/squeezenet_weights_tf_dim_ordering_tf_kernels_notop.h5"),
            new(ChecksumKind.Sha256, "17154246284f555591549ac2c83e127abfbf4307dc4b0060fdaa2931d0fa38da"), PixelScaling.Caffe,
            "MIT, by the authors of keras-squeezenet: read ImageNet's terms before use outside research."),
        new("squeezenet-torchvision", "SqueezeNet 1.1, ImageNet, torchvision", "squeezenet", new("https://download.pytorch.org/models/squeezenet1_1-b8a52dc0.pth"),
            new(ChecksumKind.Sha256, "b8a52dc0"), PixelScaling.ImageNet, "By torchvision: read its terms and ImageNet's before use outside research."),
    ];

    /// <summary>The file of this key.</summary>
    /// <exception cref="ExplainedException">There is none.</exception>
    public static OfficialWeights Get(string key) => All.FirstOrDefault(w => w.Key == key)
        ?? throw new ExplainedException($"There are no official weights \"{key}\". There are {string.Join(", ", All.Select(w => w.Key))}.");
}
