using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace MalariaLab.Core.Experiments;

/// <summary>The one way a spec becomes text: for the database, the API, the hash and the difference to a parent.</summary>
public static class SpecJson
{
    /// <summary>Camel case, enum names, no unknown members.</summary>
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        WriteIndented = false,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    /// <summary>Canonical text: members in declaration order, so that equal specs give equal text.</summary>
    public static string Write(ExperimentSpec spec) => JsonSerializer.Serialize(spec, Options);

    /// <summary>Reads a spec.</summary>
    /// <exception cref="JsonException">The text is not a spec; the message names the member.</exception>
    public static ExperimentSpec Read(string json) =>
        JsonSerializer.Deserialize<ExperimentSpec>(json, Options) ?? throw new JsonException("The spec is empty.");

    /// <summary>
    /// SHA-256 (64 hex digits) of the canonical text of the <see cref="SpecNormal"/> form without the row ids of the data, so that it is the same in
    /// every lab and for every spec that trains alike.
    /// </summary>
    public static string Hash(ExperimentSpec spec)
    {
        var portable = SpecNormal.Of(spec) with { Data = spec.Data with { DatasetVersionId = 0, SplitId = 0 } };
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Write(portable))));
    }
}
