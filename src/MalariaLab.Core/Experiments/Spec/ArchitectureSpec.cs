using System.Text.Json.Serialization;

namespace MalariaLab.Core.Experiments;

/// <summary>A network of the catalogue with its parameters.</summary>
public sealed record ArchitectureSpec
{
    /// <summary>Key in the catalogue, for example <c>resnet50v2</c>.</summary>
    public required string Key { get; init; }

    /// <summary>
    /// Key of the architecture whose backbone stands under this one's head, as when the start is a run of another family; null takes its own. Left out of
    /// the text when null, so that specs from before it was there keep their hash.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Backbone { get; init; }

    /// <summary>Key of the architecture that the backbone is of.</summary>
    [JsonIgnore]
    public string BackboneKey => Backbone ?? Key;

    /// <summary>Input side in pixels; images are resized to <c>Size × Size</c>.</summary>
    public required int Size { get; init; }

    /// <summary>3 for RGB, 1 for grey.</summary>
    public int Channels { get; init; } = 3;

    /// <summary>Sizes of the hidden dense layers of the head; empty takes the architecture's own.</summary>
    public ValueList<int> HeadUnits { get; init; } = [];

    /// <summary>Dropout rate of the head, 0 ≤ rate &lt; 1; null takes the architecture's own.</summary>
    public double? Dropout { get; init; }

    /// <summary>What ends the network: one sigmoid unit (two classes only) or one softmax unit a class; null takes the architecture's own.</summary>
    public OutputUnit? Output { get; init; }
}

/// <summary>The last layer.</summary>
public enum OutputUnit { Softmax, Sigmoid }
