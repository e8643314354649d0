using System.Globalization;

namespace MalariaLab.Web.Components.Shared;

/// <summary>How numbers are written on pages: sensible precision, one form everywhere, an en dash for what is undefined.</summary>
public static class Figures
{
    /// <summary>What stands for an undefined value.</summary>
    public const string None = "–";

    /// <summary>0.9563 → 95.6 %.</summary>
    public static string Percent(double? share, int decimals = 1) =>
        Finite(share) is { } value ? (value * 100).ToString("F" + decimals, CultureInfo.InvariantCulture) + " %" : None;

    /// <summary>Four significant digits; very small and very large values in powers of ten.</summary>
    public static string Number(double? number)
    {
        if (Finite(number) is not { } value) return None;
        var size = Math.Abs(value);
        if (value == Math.Round(value) && size < 1e6) return value.ToString("F0", CultureInfo.InvariantCulture);
        if (size is >= 1e6 or < 1e-3) return value.ToString("0.###e0", CultureInfo.InvariantCulture);
        return value.ToString("0." + new string('#', Math.Clamp(3 - (int)Math.Floor(Math.Log10(size)), 0, 6)), CultureInfo.InvariantCulture);
    }

    /// <summary>A fixed number of decimals, for columns.</summary>
    public static string Fixed(double? number, int decimals) => Finite(number)?.ToString("F" + decimals, CultureInfo.InvariantCulture) ?? None;

    /// <summary>12345 → 12,345.</summary>
    public static string Count(long? count) => count?.ToString("N0", CultureInfo.InvariantCulture) ?? None;

    /// <summary>Bytes with a binary unit.</summary>
    public static string Bytes(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        double value = bytes;
        var unit = 0;
        for (; value >= 1024 && unit < units.Length - 1; unit++) value /= 1024;
        return (unit == 0 || value >= 100 ? value.ToString("F0", CultureInfo.InvariantCulture) : value.ToString("F1", CultureInfo.InvariantCulture)) + " " + units[unit];
    }

    /// <summary>Seconds as 42 s, 3 min 20 s, 2 h 05 min, 3 d 4 h.</summary>
    public static string Duration(double? seconds)
    {
        if (Finite(seconds) is not { } value) return None;
        var time = TimeSpan.FromSeconds(Math.Max(0, value));
        if (value is > 0 and < 10) return value.ToString("0.#", CultureInfo.InvariantCulture) + " s";
        if (time.TotalMinutes < 1) return $"{time.TotalSeconds:F0} s";
        if (time.TotalHours < 1) return $"{time.Minutes} min {time.Seconds:00} s";
        return time.TotalDays < 1 ? $"{(int)time.TotalHours} h {time.Minutes:00} min" : $"{time.Days} d {time.Hours} h";
    }

    private static double? Finite(double? value) => value is { } v && double.IsFinite(v) ? v : null;
}
