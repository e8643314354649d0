using System.Globalization;
using MalariaLab.Core.Numerics;

namespace MalariaLab.Core.Experiments;

/// <summary>A field that a sweep varies: over given values, or in a random sweep over a range.</summary>
public sealed record SweepAxis
{
    private const int SignificantDigits = 4;

    /// <summary>Dotted path, for example <c>optimizer.learningRate</c>.</summary>
    public required string Path { get; init; }

    /// <summary>Values as <see cref="SpecEdit.Set"/> reads them; empty for a range.</summary>
    public ValueList<string> Values { get; init; } = [];

    /// <summary>Lowest value of a range.</summary>
    public double Min { get; init; }

    /// <summary>Highest value of a range.</summary>
    public double Max { get; init; }

    /// <summary>Draw evenly by the logarithm, as fits a learning rate.</summary>
    public bool Logarithmic { get; init; }

    /// <summary>Reads <c>path=a|b|c</c>, <c>path=min..max</c> or <c>path=min..max log</c>.</summary>
    /// <exception cref="SpecException">The text is none of these, or the range makes no sense.</exception>
    public static SweepAxis Parse(string text)
    {
        var parts = text.Split('=', 2, StringSplitOptions.TrimEntries);
        if (parts.Length < 2 || parts[1].Length == 0)
            throw new SpecException(text, $"\"{text}\" is not an axis of a sweep. Write path=a|b|c or path=min..max, with \" log\" behind it for even steps of the logarithm.");
        var bounds = parts[1].Split("..");
        if (bounds.Length != 2) return new() { Path = parts[0], Values = [.. parts[1].Split('|', StringSplitOptions.TrimEntries)] };

        var logarithmic = bounds[1].EndsWith(" log", StringComparison.Ordinal);
        var upper = logarithmic ? bounds[1][..^" log".Length] : bounds[1];
        if (!double.TryParse(bounds[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var min)
            || !double.TryParse(upper, NumberStyles.Float, CultureInfo.InvariantCulture, out var max))
            throw new SpecException(parts[0], $"\"{parts[1]}\" is not a range of two numbers.");
        return new SweepAxis { Path = parts[0], Min = min, Max = max, Logarithmic = logarithmic }.Checked();
    }

    internal SweepAxis Checked()
    {
        var field = SpecField.All.FirstOrDefault(f => f.Path.Equals(Path, StringComparison.OrdinalIgnoreCase));
        if (Values.Count > 0 || field is null) return this;
        if (!field.IsNumber)
        {
            var example = string.Join('|', field.Choices.DefaultIfEmpty("a|b").Take(2));
            throw new SpecException(Path, $"{Path} is no number: give the values to try, for example {Path}={example}.");
        }
        if (!(Min < Max) || (Logarithmic && Min <= 0))
            throw new SpecException(Path, $"The range of {Path} must rise{(Logarithmic ? " from above 0" : "")}, but is {Min} to {Max}.");
        return this with { Path = field.Path };
    }

    internal string Draw(DeterministicRandom random)
    {
        if (Values.Count > 0) return Values[random.Next(Values.Count)];
        var share = (random.NextBits() >> 11) * (1.0 / (1L << 53));
        if (SpecField.All.FirstOrDefault(f => f.Path.Equals(Path, StringComparison.OrdinalIgnoreCase))?.IsWhole == true)
            return Whole(share).ToString(CultureInfo.InvariantCulture);
        var value = Between(Min, Max, share);
        // Four digits: what a person would type again, and no two points differ by noise alone.
        return double.Parse(value.ToString($"G{SignificantDigits}", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture);
    }

    private long Whole(double share) => Math.Clamp((long)Math.Floor(Between(Math.Ceiling(Min), Math.Floor(Max) + 1, share)), (long)Math.Ceiling(Min), (long)Math.Floor(Max));

    private double Between(double min, double max, double share) =>
        Logarithmic ? Math.Exp(Math.Log(min) + (share * (Math.Log(max) - Math.Log(min)))) : min + (share * (max - min));
}
