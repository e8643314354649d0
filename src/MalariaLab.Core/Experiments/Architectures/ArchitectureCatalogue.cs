namespace MalariaLab.Core.Experiments.Architectures;

/// <summary>All networks that the lab knows.</summary>
public static class ArchitectureCatalogue
{
    /// <summary>In order of the form.</summary>
    public static IReadOnlyList<Architecture> All { get; } =
    [
        LeNet.Figure, BasicCnn.Figure, Vgg19.Figure, ResNet50V2.Figure, PneumoniaCnn.Figure, PneumoniaCnn.DeepFigure, SqueezeNet.Figure, CellNet.Figure,
    ];

    /// <summary>All keys, for sentences.</summary>
    internal static string Keys => string.Join(", ", All.Select(a => a.Key));

    /// <summary>The architecture of this key, or null.</summary>
    public static Architecture? Find(string key) => All.FirstOrDefault(a => a.Key == key);

    /// <summary>The network for a spec.</summary>
    /// <exception cref="SpecException">The key is unknown or the network can't work; the exception names the field.</exception>
    public static NetworkGraph Build(ArchitectureSpec spec, int classes) =>
        (Find(spec.Key) ?? throw new SpecException("architecture.key", $"There is no architecture \"{spec.Key}\". Known are {Keys}."))
        .Build(spec, classes);
}
