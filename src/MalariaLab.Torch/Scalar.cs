namespace MalariaLab.Torch;

/// <summary>A number that an operator takes beside its tensors.</summary>
public readonly struct Scalar
{
    private readonly double real;
    private readonly long integer;

    private Scalar(double value) => (real, IsFloatingPoint) = (value, true);

    private Scalar(long value, bool isBool) => (integer, IsBool) = (value, isBool);

    internal bool IsFloatingPoint { get; }
    internal bool IsBool { get; }

    internal double ToDouble() => IsFloatingPoint ? real : integer;
    internal long ToInt64() => IsFloatingPoint ? (long)real : integer;

    /// <summary>A real number.</summary>
    public static implicit operator Scalar(double value) => new(value);
    /// <summary>A real number.</summary>
    public static implicit operator Scalar(float value) => new(value);
    /// <summary>A whole number.</summary>
    public static implicit operator Scalar(long value) => new(value, false);
    /// <summary>A whole number.</summary>
    public static implicit operator Scalar(int value) => new(value, false);
    /// <summary>A truth value.</summary>
    public static implicit operator Scalar(bool value) => new(value ? 1 : 0, true);
}
