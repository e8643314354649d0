using System.Text.Json;
using System.Text.Json.Nodes;

namespace MalariaLab.Core.Experiments;

/// <summary>A value of a spec as text: invariant numbers, camel-case choices, JSON lists, <c>none</c> for nothing and for an empty list.</summary>
/// <param name="Path">Dotted path.</param>
/// <param name="Value">The value.</param>
public readonly record struct SpecValue(string Path, string Value);

/// <summary>A value that differs between two specs.</summary>
/// <param name="Path">Dotted path.</param>
/// <param name="Old">Value in the first.</param>
/// <param name="New">Value in the second.</param>
public readonly record struct SpecChange(string Path, string Old, string New);

/// <summary>Specs as tables.</summary>
public static class SpecDiff
{
    private const string None = "none";

    /// <summary>All values in declaration order; the values of an absent part are <c>none</c>.</summary>
    public static IReadOnlyList<SpecValue> Values(ExperimentSpec spec)
    {
        var root = JsonSerializer.SerializeToNode(spec, SpecJson.Options);
        return [.. SpecField.All.Select(f => new SpecValue(f.Path, Text(f.Path.Split('.').Aggregate(root, (node, name) => node?[name]))))];
    }

    /// <summary>
    /// What differs in effect, in declaration order: values that decide nothing in either spec are left out (<see cref="SpecNormal"/>), and so are
    /// the row ids of the data.
    /// </summary>
    public static IReadOnlyList<SpecChange> Between(ExperimentSpec old, ExperimentSpec @new) =>
    [
        .. Values(SpecNormal.Of(old)).Zip(Values(SpecNormal.Of(@new)))
            .Where(pair => pair.First.Value != pair.Second.Value && pair.First.Path is not ("data.datasetVersionId" or "data.splitId"))
            .Select(pair => new SpecChange(pair.First.Path, pair.First.Value, pair.Second.Value)),
    ];

    private static string Text(JsonNode? node) => node switch
    {
        null or JsonArray { Count: 0 } => None,
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        _ => node.ToJsonString(),
    };
}
