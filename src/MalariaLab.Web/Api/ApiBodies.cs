using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Metadata;

namespace MalariaLab.Web.Api;

/// <summary>JSON bodies of requests: read strictly, so that a misspelt field is a refusal rather than a default, and refused with the name of the field.</summary>
internal static class ApiBodies
{
    private static readonly JsonSerializerOptions Options = ReadStrictly(new(JsonSerializerDefaults.Web) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() });

    /// <summary>Unknown and doubled fields, missing ones and null where something has to stand are errors.</summary>
    public static JsonSerializerOptions ReadStrictly(JsonSerializerOptions options)
    {
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        return options;
    }

    /// <summary>What is wrong with a request that its endpoint could not read, as a sentence that names the field.</summary>
    public static string Sentence(BadHttpRequestException bad, Endpoint? endpoint)
    {
        if (endpoint?.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType is not { } type || Options.GetTypeInfo(type) is not { Kind: JsonTypeInfoKind.Object } body)
            return bad.InnerException is { } cause ? $"{bad.Message} {cause.Message}" : bad.Message;
        var fields = $"It takes the fields {string.Join(", ", body.Properties.Select(p => p.Name))}.";
        if (bad.InnerException is not JsonException json)
            return bad.StatusCode == StatusCodes.Status400BadRequest ? $"The request has no body, but JSON is needed. {fields}" : bad.Message;
        var path = json.Path is { Length: > 2 } inside ? inside["$.".Length..] : "";
        // What is not JSON at all carries the reader's own exception.
        if (json.InnerException is JsonException reader) return $"The request is no JSON that can be read{(path.Length > 0 ? $", at {path}" : "")}: {reader.Message}";
        if (path.Length == 0)
        {
            var lacking = body.Properties.Where(p => p.IsRequired && json.Message.Contains($"'{p.Name}'", StringComparison.Ordinal));
            return $"The request lacks {string.Join(", ", lacking.Select(p => p.Name))}. {fields}";
        }
        return body.Properties.FirstOrDefault(p => p.Name.Equals(path.Split('.', '[')[0], StringComparison.OrdinalIgnoreCase)) is { } known
            ? $"{path} cannot be read: it takes {Words(known)} and stands in the request once."
            : $"There is no field \"{path}\". {fields}";
    }

    private static string Words(JsonPropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        var kind = type == typeof(string) ? "a text"
            : type == typeof(bool) ? "true or false"
            : type == typeof(int) || type == typeof(long) ? "a whole number"
            : type == typeof(double) ? "a number"
            : Options.GetTypeInfo(type).Kind == JsonTypeInfoKind.Enumerable ? "a list"
            : "an object";
        return property.IsSetNullable ? $"{kind} or null" : kind;
    }
}
