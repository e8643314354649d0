namespace MalariaLab.Core.Experiments.Architectures;

/// <summary>A network of the catalogue: a figure with a head whose sizes can be chosen.</summary>
public sealed record Architecture
{
    /// <summary>Fewest and most classes.</summary>
    public const int MinClasses = 2, MaxClasses = 20;

    /// <summary>Short name, as in <see cref="ArchitectureSpec.Key"/>.</summary>
    public required string Key { get; init; }

    /// <summary>Name for people.</summary>
    public required string Title { get; init; }

    /// <summary>One sentence on its form.</summary>
    public required string Description { get; init; }

    /// <summary>Input side that it was designed for, in pixels.</summary>
    public required int Size { get; init; }

    /// <summary>Channels that it was designed for.</summary>
    public int Channels { get; init; } = 3;

    /// <summary>Start of its weights.</summary>
    public Initializer Initializer { get; init; } = Initializer.GlorotUniform;

    /// <summary>The layers up to the head.</summary>
    public required Action<NetworkBuilder> Backbone { get; init; }

    /// <summary>From the last map to a vector.</summary>
    public Action<NetworkBuilder> Pooling { get; init; } = b => b.Flatten();

    /// <summary>Hidden dense layers of the head, each with ReLU and dropout.</summary>
    public IReadOnlyList<int> HeadUnits { get; init; } = [];

    /// <summary>Dropout of the head; 0 leaves the layers out.</summary>
    public double Dropout { get; init; }

    /// <summary>What ends the network for two classes; more take softmax.</summary>
    public OutputUnit Output { get; init; } = OutputUnit.Softmax;

    /// <summary>The scaling that its published ImageNet weights were trained with; null where there are none.</summary>
    public PixelScaling? PretrainedScaling { get; init; }

    /// <summary>The spec with this architecture's own values.</summary>
    public ArchitectureSpec Defaults => new() { Key = Key, Size = Size, Channels = Channels };

    /// <summary>The output unit that a spec gets: its own wish, else this architecture's, else softmax where one unit can't do.</summary>
    public OutputUnit OutputFor(ArchitectureSpec spec, int classes) => spec.Output ?? (classes > 2 ? OutputUnit.Softmax : Output);

    /// <summary>The network for a spec.</summary>
    /// <exception cref="SpecException">It can't work; the exception names the field.</exception>
    public NetworkGraph Build(ArchitectureSpec spec, int classes)
    {
        Require(classes is >= MinClasses and <= MaxClasses, "data", $"A network tells {MinClasses} to {MaxClasses} classes apart, but there are {classes}.");
        Require(spec.Size is >= 8 and <= 1024, "architecture.size", $"The input side must be 8 to 1024 pixels, but is {spec.Size}.");
        Require(spec.Channels is 1 or 3, "architecture.channels", $"Images have 1 (grey) or 3 (RGB) channels, not {spec.Channels}.");
        Require(
            spec.HeadUnits.Count <= 8 && spec.HeadUnits.All(u => u is >= 1 and <= 8192),
            "architecture.headUnits",
            "The head takes at most 8 hidden layers of 1 to 8192 units.");
        var dropout = spec.Dropout ?? Dropout;
        Require(dropout is >= 0 and < 1, "architecture.dropout", $"Dropout must be at least 0 and below 1, but is {dropout}.");
        var unit = OutputFor(spec, classes);
        Require(unit == OutputUnit.Softmax || classes == 2, "architecture.output", $"One sigmoid unit tells two classes apart, but there are {classes}: use softmax.");

        var under = spec.Backbone is null ? this : ArchitectureCatalogue.Find(spec.Backbone)
            ?? throw new SpecException("architecture.backbone", $"There is no architecture \"{spec.Backbone}\" to take the backbone of. Known are {ArchitectureCatalogue.Keys}.");
        var builder = new NetworkBuilder(Key, new(spec.Size, spec.Size, spec.Channels), under.Initializer);
        under.Backbone(builder);
        var units = spec.HeadUnits.Count > 0 ? spec.HeadUnits : HeadUnits;
        return builder.Finish(Pooling, units, dropout, new(unit == OutputUnit.Sigmoid ? 1 : classes, unit, Initializer));
    }

    private static void Require(bool condition, string field, string sentence)
    {
        if (!condition) throw new SpecException(field, sentence);
    }
}
