namespace MalariaLab.Core.Experiments.Architectures;

/// <summary>A node of a <see cref="NetworkGraph"/>, with what follows from its place: shape, counts and cost for one image.</summary>
public sealed record Layer
{
    /// <summary>Unique name, as in the published model; weights are named <c>name.weight</c>, <c>name.bias</c> and so on.</summary>
    public required string Name { get; init; }

    /// <summary>What it does.</summary>
    public required LayerOp Op { get; init; }

    /// <summary>Names of the layers whose outputs it takes, in order; all stand before it.</summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>The block that it freezes and thaws with, for example <c>block4</c>; <c>head</c> for the head.</summary>
    public required string Block { get; init; }

    /// <summary>True behind the backbone: replaced when the classes differ, and never frozen.</summary>
    public required bool IsHead { get; init; }

    /// <summary>Output for one image.</summary>
    public required LayerShape Shape { get; init; }

    /// <summary>Weights that learn when the layer is not frozen.</summary>
    public required long Parameters { get; init; }

    /// <summary>Running statistics, which never learn.</summary>
    public required long Statistics { get; init; }

    /// <summary>Multiply-adds of the forward pass for one image.</summary>
    public required long Macs { get; init; }
}

/// <summary>A line of a layer table.</summary>
/// <param name="Name">Layer name.</param>
/// <param name="Type">Keras' name of the layer type.</param>
/// <param name="Block">Block that it belongs to.</param>
/// <param name="Shape">Output for one image.</param>
/// <param name="Trainable">Parameters that learn under the freeze choice.</param>
/// <param name="NonTrainable">Frozen parameters and running statistics.</param>
/// <param name="IsFrozen">True when the freeze choice covers the layer.</param>
public sealed record LayerRow(string Name, string Type, string Block, LayerShape Shape, long Trainable, long NonTrainable, bool IsFrozen);

/// <summary>Totals under a freeze choice.</summary>
/// <param name="Trainable">Parameters that learn.</param>
/// <param name="NonTrainable">Frozen parameters and running statistics.</param>
public readonly record struct ParameterCount(long Trainable, long NonTrainable)
{
    /// <summary>Both.</summary>
    public long Total => Trainable + NonTrainable;
}
