using System.Text.Json;

namespace MalariaLab.Cli;

/// <summary>Where the lab is and what opens it.</summary>
/// <param name="Url">Base address.</param>
/// <param name="Token">Bearer token.</param>
public sealed record LabAddress(Uri Url, string Token)
{
    /// <summary>
    /// From MALARIALAB_URL and MALARIALAB_TOKEN, else from the file that a running lab leaves in its data folder (MALARIALAB_DATA, readable by its owner only).
    /// </summary>
    /// <exception cref="LabException">Neither is there.</exception>
    public static LabAddress Find()
    {
        var url = Variable("MALARIALAB_URL");
        var token = Variable("MALARIALAB_TOKEN");
        if (url is not null && token is not null) return new(ParseUrl(url), token);
        var folder = Variable("MALARIALAB_DATA") ?? "data";
        var file = Path.Combine(folder, "local-api.json");
        if (!File.Exists(file))
            throw new LabException($"No running lab found: {Path.GetFullPath(file)} is not there. "
                + "Start one with ./lab up, or set MALARIALAB_DATA, or MALARIALAB_URL and MALARIALAB_TOKEN.");
        try
        {
            var local = JsonSerializer.Deserialize<LocalApi>(File.ReadAllText(file), JsonSerializerOptions.Web);
            if (local is { Url: not null, Token: not null }) return new(ParseUrl(url ?? local.Url), token ?? local.Token);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new LabException($"{Path.GetFullPath(file)} cannot be read: {e.Message} Start the lab again to have it written anew.");
        }
        throw new LabException($"{Path.GetFullPath(file)} holds no address and token. Start the lab again to have it written anew.");
    }

    /// <summary>An environment variable; one that is set to nothing counts as not set.</summary>
    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static Uri ParseUrl(string text) =>
        Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var uri) && (uri.Scheme is "http" or "https")
            ? uri
            : throw new LabException($"\"{text}\" is not an http address.");

    private sealed record LocalApi(string? Url, string? Token);
}
