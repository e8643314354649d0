using System.Globalization;

namespace MalariaLab.Torch;

/// <summary>What kind of memory a tensor lives in; the numbers are LibTorch's.</summary>
public enum DeviceType
{
    /// <summary>The host.</summary>
    CPU = 0,
    /// <summary>An NVIDIA GPU.</summary>
    CUDA = 1,
}

/// <summary>A device: the CPU, or a GPU by its number (-1: the current one).</summary>
public readonly record struct Device(DeviceType Type, int Index = -1)
{
    /// <summary>"cpu", "cuda" or "cuda:1".</summary>
    public static Device Parse(string text)
    {
        var parts = text.Split(':');
        var type = parts[0] switch
        {
            "cpu" => DeviceType.CPU,
            "cuda" => DeviceType.CUDA,
            _ => throw new FormatException($"\"{text}\" is no device: write cpu, cuda or cuda:N."),
        };
        return parts.Length == 1 ? new Device(type)
            : parts.Length == 2 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? new Device(type, index)
            : throw new FormatException($"\"{text}\" is no device: write cpu, cuda or cuda:N.");
    }

    internal int Packed => (int)Type * 256 + Index + 1;

    internal static Device Unpack(int packed) => new((DeviceType)(packed >> 8), (packed & 255) - 1);

    /// <inheritdoc/>
    public override string ToString() => Type.ToString().ToLowerInvariant() + (Index >= 0 ? $":{Index}" : "");

    /// <summary>So that a device can be written as in Python.</summary>
    public static implicit operator Device(string text) => Parse(text);
}
