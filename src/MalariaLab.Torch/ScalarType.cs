namespace MalariaLab.Torch;

/// <summary>The type of a tensor's elements; the numbers are LibTorch's.</summary>
public enum ScalarType
{
    /// <summary>uint8.</summary>
    Byte = 0,
    /// <summary>int8.</summary>
    Int8 = 1,
    /// <summary>int16.</summary>
    Int16 = 2,
    /// <summary>int32.</summary>
    Int32 = 3,
    /// <summary>int64.</summary>
    Int64 = 4,
    /// <summary>IEEE half precision.</summary>
    Float16 = 5,
    /// <summary>IEEE single precision.</summary>
    Float32 = 6,
    /// <summary>IEEE double precision.</summary>
    Float64 = 7,
    /// <summary>Truth values, one byte each.</summary>
    Bool = 11,
    /// <summary>The upper half of a single-precision number.</summary>
    BFloat16 = 15,
}

/// <summary>How the elements lie in memory.</summary>
public enum MemoryFormat
{
    /// <summary>Row-major, NCHW.</summary>
    Contiguous = 0,
    /// <summary>As the operand.</summary>
    Preserve = 1,
    /// <summary>NHWC in memory under NCHW shapes: what convolutions like best.</summary>
    ChannelsLast = 2,
}

/// <summary>Facts about element types.</summary>
public static class ScalarTypes
{
    /// <summary>Bytes an element takes.</summary>
    public static int ElementSize(this ScalarType type) => type switch
    {
        ScalarType.Byte or ScalarType.Int8 or ScalarType.Bool => 1,
        ScalarType.Int16 or ScalarType.Float16 or ScalarType.BFloat16 => 2,
        ScalarType.Int32 or ScalarType.Float32 => 4,
        _ => 8,
    };

    /// <summary>Whether elements are real numbers.</summary>
    public static bool IsFloatingPoint(this ScalarType type) =>
        type is ScalarType.Float16 or ScalarType.Float32 or ScalarType.Float64 or ScalarType.BFloat16;

    /// <summary>The element type that a C# type stands for.</summary>
    internal static ScalarType Of<T>() where T : unmanaged => default(T) switch
    {
        byte => ScalarType.Byte,
        sbyte => ScalarType.Int8,
        short => ScalarType.Int16,
        int => ScalarType.Int32,
        long => ScalarType.Int64,
        Half => ScalarType.Float16,
        float => ScalarType.Float32,
        double => ScalarType.Float64,
        bool => ScalarType.Bool,
        _ => throw new ArgumentException($"A tensor has no elements of type {typeof(T).Name}."),
    };
}
