using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MalariaLab.Cli;

/// <summary>Calls <c>/api/v1</c>; every failure becomes a <see cref="LabException"/> with the server's own sentence.</summary>
public sealed class LabClient : IDisposable
{
    private readonly HttpClient http;

    /// <summary>Connects to the lab that <see cref="LabAddress.Find"/> finds.</summary>
    public LabClient()
    {
        var address = LabAddress.Find();
        // Uploads and waits take as long as they take; the person can press Ctrl+C.
        http = new HttpClient { BaseAddress = new Uri(address.Url, "api/v1/"), Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", address.Token);
    }

    /// <summary>GET, as JSON.</summary>
    public Task<JsonNode> Get(string path, CancellationToken ct) => Send(new(HttpMethod.Get, path), ct);

    /// <summary>POST with a JSON body.</summary>
    public Task<JsonNode> Post(string path, JsonNode body, CancellationToken ct) =>
        Send(new(HttpMethod.Post, path) { Content = JsonContent.Create(body) }, ct);

    /// <summary>POST with any body.</summary>
    public Task<JsonNode> Post(string path, HttpContent body, CancellationToken ct) => Send(new(HttpMethod.Post, path) { Content = body }, ct);

    /// <summary>PUT with a JSON body.</summary>
    public Task<JsonNode> Put(string path, JsonNode body, CancellationToken ct) => Send(new(HttpMethod.Put, path) { Content = JsonContent.Create(body) }, ct);

    /// <summary>DELETE.</summary>
    public Task<JsonNode> Delete(string path, CancellationToken ct) => Send(new(HttpMethod.Delete, path), ct);

    /// <summary>GET into a file; the file appears only when it is complete.</summary>
    public async Task Download(string path, string file, CancellationToken ct)
    {
        using var response = await Exchange(new(HttpMethod.Get, path), ct);
        var part = file + ".part";
        try
        {
            await using (var target = File.Create(part))
                await response.Content.CopyToAsync(target, ct);
            File.Move(part, file, overwrite: true);
        }
        finally
        {
            if (File.Exists(part)) File.Delete(part);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private async Task<JsonNode> Send(HttpRequestMessage request, CancellationToken ct)
    {
        using var response = await Exchange(request, ct);
        var text = await response.Content.ReadAsStringAsync(ct);
        return (text.Length == 0 ? null : JsonNode.Parse(text)) ?? new JsonObject();
    }

    private async Task<HttpResponseMessage> Exchange(HttpRequestMessage request, CancellationToken ct)
    {
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        }
        catch (HttpRequestException e) when (e.InnerException is SocketException)
        {
            throw new LabException($"No lab answers at {http.BaseAddress}: {e.InnerException.Message}. Start it with ./lab up.");
        }
        if (response.IsSuccessStatusCode) return response;
        using (response)
            throw new LabException(await Sentence(response, ct));
    }

    private static async Task<string> Sentence(HttpResponseMessage response, CancellationToken ct)
    {
        var text = await response.Content.ReadAsStringAsync(ct);
        try
        {
            var problem = JsonNode.Parse(text);
            var errors = (problem?["errors"] as JsonObject)?.SelectMany(field => field.Value!.AsArray().Select(sentence => (string?)sentence)).ToList();
            if (errors is { Count: > 0 }) return string.Join(Environment.NewLine, errors);
            if ((string?)(problem?["detail"] ?? problem?["title"]) is { Length: > 0 } sentence) return sentence;
        }
        catch (JsonException)
        {
            // Not a problem document: a proxy, say. The status line below is what there is.
        }
        return $"The lab answered {(int)response.StatusCode} {response.ReasonPhrase}.";
    }
}
