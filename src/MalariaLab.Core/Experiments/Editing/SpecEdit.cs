using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MalariaLab.Core.Experiments;

/// <summary>Changes single values of a spec by path, as <c>--set training.batchSize=64</c> does.</summary>
public static class SpecEdit
{
    private const int Suggestions = 3;

    /// <summary>Applies assignments of the form <c>path=value</c>, in order.</summary>
    /// <exception cref="SpecException">One of them can't be applied; the message says why and what would do.</exception>
    public static ExperimentSpec Apply(ExperimentSpec spec, IEnumerable<string> assignments) =>
        assignments.Aggregate(spec, (current, assignment) =>
        {
            var equals = assignment.IndexOf('=', StringComparison.Ordinal);
            return equals > 0
                ? Set(current, assignment[..equals].Trim(), assignment[(equals + 1)..].Trim())
                : throw new SpecException(assignment, $"\"{assignment}\" is not a setting. Write path=value, for example optimizer.learningRate=0.001.");
        });

    /// <summary>
    /// The spec with another value at a path: a number, true or false, a choice by its name, a list as <c>[512, 256]</c> or <c>512,256</c>, or
    /// <c>none</c> for an empty one and where a value is optional.
    /// </summary>
    /// <exception cref="SpecException">The path is unknown or the value doesn't fit; the message says what would do.</exception>
    public static ExperimentSpec Set(ExperimentSpec spec, string path, string value)
    {
        var root = JsonSerializer.SerializeToNode(spec, SpecJson.Options)!.AsObject();
        if (SpecField.OptionalParts.ContainsKey(path))
        {
            if (!IsNone(value)) throw new SpecException(path, $"{path} is switched off by {path}=none and on by setting one of its values, for example {FirstOf(path)}.");
            root[path] = null;
            return Read(root);
        }

        var field = SpecField.All.FirstOrDefault(f => f.Path.Equals(path, StringComparison.OrdinalIgnoreCase)) ?? throw Unknown(path);
        if (!field.IsEditable) throw new SpecException(field.Path, $"{field.Path} can't be set here: choose the recipe, the dataset and the split themselves.");
        var names = field.Path.Split('.');
        var part = root;
        foreach (var name in names[..^1])
            part = (part[name] ??= JsonSerializer.SerializeToNode(SpecField.OptionalParts[name], SpecJson.Options))!.AsObject();
        part[names[^1]] = Parse(field, value);
        return Read(root);
    }

    /// <summary>Warnings about settings that decide nothing beside the spec's other values, such as the momentum of an Adam or a run to start from at a random start.</summary>
    /// <param name="spec">The spec after <see cref="Set"/>.</param>
    /// <param name="paths">What was set.</param>
    public static IEnumerable<SpecIssue> WithoutEffect(ExperimentSpec spec, IReadOnlyCollection<string> paths) =>
        from pair in SpecDiff.Values(spec).Zip(SpecDiff.Values(SpecNormal.Of(spec)), (set, counts) => (set.Path, Set: set.Value, Counts: counts.Value))
        where pair.Set != pair.Counts && paths.Contains(pair.Path, StringComparer.OrdinalIgnoreCase)
        select new SpecIssue(pair.Path, $"{pair.Path}={pair.Set} has no effect beside the other settings: it counts as {pair.Counts}.", IssueSeverity.Warning);

    private static ExperimentSpec Read(JsonObject root) => root.Deserialize<ExperimentSpec>(SpecJson.Options)!;

    private static bool IsNone(string value) => value is "none" or "null" or "";

    private static string FirstOf(string part) => SpecField.All.First(f => f.Path.StartsWith(part + ".", StringComparison.Ordinal)).Path;

    private static JsonNode? Parse(SpecField field, string value)
    {
        SpecException Wrong(string wanted) => new(field.Path, $"{field.Path} takes {wanted}, not \"{value}\".");

        if (field.Choices.Count > 0)
        {
            var choice = field.Choices.FirstOrDefault(c => c.Equals(value, StringComparison.OrdinalIgnoreCase));
            if (choice is null && field.IsOptional && IsNone(value)) return null;
            if (choice is null) throw Wrong(string.Join(", ", field.Choices) + (field.IsOptional ? " or none" : ""));
            return field.Type == typeof(bool) ? JsonValue.Create(choice == "true") : JsonValue.Create(choice);
        }
        if (field.IsOptional && IsNone(value)) return null;
        if (field.IsList)
        {
            var whole = field.Type.GetGenericArguments()[0] == typeof(int);
            var items = (IsNone(value) ? "" : value).Trim('[', ']').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            return new JsonArray([.. items.Select(i => Number(i, whole ? typeof(int) : typeof(double)) ?? throw Wrong($"{(whole ? "whole " : "")}numbers with commas between"))]);
        }
        if (!field.IsNumber) return JsonValue.Create(value);
        return Number(value, field.Type) ?? throw Wrong(field.IsWhole ? "a whole number" : value.Contains(',') ? "a number with a point, such as 0.001" : "a number");
    }

    // Floats without groups of thousands, which would read a decimal comma away: 0,001 would be 1.
    private static JsonValue? Number(string text, Type type) =>
        type == typeof(int) ? int.TryParse(text, CultureInfo.InvariantCulture, out var i) ? JsonValue.Create(i) : null
        : type == typeof(long) ? long.TryParse(text, CultureInfo.InvariantCulture, out var l) ? JsonValue.Create(l) : null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var d) && double.IsFinite(d) ? JsonValue.Create(d) : null;

    private static SpecException Unknown(string path)
    {
        var known = SpecField.All.Where(f => f.IsEditable).Select(f => f.Path).ToList();
        var near = known.OrderBy(k => Distance(path, k)).Take(Suggestions);
        return new(path, $"There is no setting \"{path}\". Near are {string.Join(", ", near)}. All settings: {string.Join(", ", known)}.");
    }

    // A name without its section is the commonest slip, so the last part alone may fit too.
    private static int Distance(string asked, string known) =>
        Math.Min(Levenshtein(asked, known), Levenshtein(asked[(asked.LastIndexOf('.') + 1)..], known[(known.LastIndexOf('.') + 1)..]) + 1);

    private static int Levenshtein(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        foreach (var (i, x) in a.Index())
        {
            var diagonal = row[0];
            row[0] = i + 1;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = diagonal + (char.ToLowerInvariant(x) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}
