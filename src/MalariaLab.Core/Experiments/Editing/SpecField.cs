using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace MalariaLab.Core.Experiments;

/// <summary>A value inside a spec, by its dotted path in the JSON form, for example <c>optimizer.learningRate</c>.</summary>
public sealed record SpecField
{
    private SpecField(string path, Type type, bool isOptional) => (Path, Type, IsOptional) = (path, type, isOptional);

    /// <summary>Dotted path.</summary>
    public string Path { get; }

    /// <summary>Type of the value, without its nullability.</summary>
    public Type Type { get; }

    /// <summary>True when <c>none</c> is a value.</summary>
    public bool IsOptional { get; }

    /// <summary>The words that it takes, for choices and switches; empty for numbers, texts and lists.</summary>
    public IReadOnlyList<string> Choices =>
        Type == typeof(bool) ? ["true", "false"]
        : Type.IsEnum ? [.. Enum.GetNames(Type).Select(JsonNamingPolicy.CamelCase.ConvertName)]
        : [];

    /// <summary>True for whole and decimal numbers.</summary>
    public bool IsNumber => IsWhole || Type == typeof(double);

    /// <summary>True for whole numbers.</summary>
    public bool IsWhole => Type == typeof(int) || Type == typeof(long);

    /// <summary>True for a list of numbers.</summary>
    public bool IsList => Type.IsGenericType && Type.GetGenericTypeDefinition() == typeof(ValueList<>);

    /// <summary>False for the recipe's name and the data, which are chosen in other ways.</summary>
    public bool IsEditable => Path != "recipe" && !Path.StartsWith("data.", StringComparison.Ordinal);

    /// <summary>All values of a spec, in declaration order.</summary>
    public static IReadOnlyList<SpecField> All { get; } = [.. Walk(typeof(ExperimentSpec), "", isOptional: false)];

    /// <summary>Parts of a spec that can be absent as a whole, by path, with what stands there when one of their values is set.</summary>
    internal static IReadOnlyDictionary<string, object> OptionalParts { get; } = new Dictionary<string, object> { ["earlyStopping"] = new EarlyStoppingSpec() };

    private static IEnumerable<SpecField> Walk(Type type, string path, bool isOptional)
    {
        var info = SpecJson.Options.GetTypeInfo(type);
        if (info.Kind != JsonTypeInfoKind.Object) return [new(path, Nullable.GetUnderlyingType(type) ?? type, isOptional)];
        return info.Properties.Where(p => p.Get is not null).SelectMany(p => Walk(p.PropertyType, path.Length == 0 ? p.Name : $"{path}.{p.Name}", p.IsSetNullable));
    }
}
