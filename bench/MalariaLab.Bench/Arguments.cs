using System.Globalization;

namespace MalariaLab.Bench;

/// <summary><c>--name value</c> pairs of a command line.</summary>
internal sealed class Arguments(IReadOnlyList<string> words)
{
    /// <summary>The last value of an option, or null.</summary>
    public string? this[string name] => All(name).LastOrDefault();

    /// <summary>Every value of an option.</summary>
    public IEnumerable<string> All(string name) => Enumerable.Range(0, Math.Max(0, words.Count - 1)).Where(i => words[i] == $"--{name}").Select(i => words[i + 1]);

    /// <summary>Whether an option without a value is there.</summary>
    public bool Has(string name) => words.Contains($"--{name}");

    /// <summary>A value that must be there.</summary>
    public string Require(string name) => this[name] ?? throw new ArgumentException($"--{name} is missing.");

    /// <summary>A whole number, or null.</summary>
    public int? Int(string name) => this[name] is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
