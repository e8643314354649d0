namespace MalariaLab.Core.Experiments.Architectures;

/// <summary>Output of a layer for one image: a map of height × width × channels, or a vector (height and width 0).</summary>
/// <param name="Height">Rows; 0 for a vector.</param>
/// <param name="Width">Columns; 0 for a vector.</param>
/// <param name="Channels">Channels of a map, length of a vector.</param>
public readonly record struct LayerShape(int Height, int Width, int Channels)
{
    /// <summary>A vector of this length.</summary>
    public static LayerShape Vector(int length) => new(0, 0, length);

    /// <summary>True after Flatten or a global pool.</summary>
    public bool IsVector => Height == 0;

    /// <summary>Values an image.</summary>
    public long Elements => IsVector ? Channels : (long)Height * Width * Channels;

    /// <summary><c>128 × 128 × 8</c> or <c>64</c>.</summary>
    public override string ToString() => IsVector ? $"{Channels}" : $"{Height} × {Width} × {Channels}";
}
