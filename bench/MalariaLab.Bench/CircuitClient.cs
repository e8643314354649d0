using System.Buffers;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;

namespace MalariaLab.Bench;

/// <summary>
/// One circuit without a browser: fetches the document, starts its components over a WebSocket, acknowledges every render batch and answers
/// every call of JavaScript, so that the server does all that it does for a browser while nothing is drawn.
/// </summary>
internal sealed partial class CircuitClient : IInvocationBinder, IAsyncDisposable
{
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(10);
    private static readonly IHubProtocol Protocol = new ServiceCollection().AddLogging().AddServerSideBlazor().Services.BuildServiceProvider()
        .GetServices<IHubProtocol>().Single(p => p.Name == "blazorpack");

    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly WebSocket _socket;
    private readonly TaskCompletionSource<string> _circuit = new();
    private Task _running = Task.CompletedTask;
    private int _objects;

    private CircuitClient(WebSocket socket) => _socket = socket;

    /// <summary>Secret of the circuit, as the browser's goodbye names it.</summary>
    public Task<string> CircuitIdAsync => _circuit.Task;

    /// <summary>Called with the raw content of each render batch; its strings stand in it as UTF-8.</summary>
    public Action<ReadOnlyMemory<byte>> Rendered { get; set; } = _ => { };

    /// <summary>Called with the name of each function that the server called in the browser.</summary>
    public Action<string> Called { get; set; } = _ => { };

    /// <summary>What ended the circuit, or null.</summary>
    public string? Failure { get; private set; }

    /// <summary>Fetches a page and opens its circuit.</summary>
    /// <param name="http">Sends the visitor's cookies.</param>
    /// <param name="address">The page.</param>
    /// <param name="connect">Opens a WebSocket with the same cookies.</param>
    /// <param name="prepare">Sets the callbacks before anything arrives.</param>
    public static async Task<CircuitClient> OpenAsync(HttpClient http, Uri address, Func<Uri, Task<WebSocket>> connect, Action<CircuitClient>? prepare = null)
    {
        var page = await http.GetStringAsync(address);
        var markers = Marker().Matches(page).Select(m => m.Groups[1].Value).ToList();
        if (markers.Count == 0) throw new InvalidOperationException($"{address} has no components for a circuit: {page[..Math.Min(200, page.Length)]}");
        var root = new Uri(address.GetLeftPart(UriPartial.Authority) + "/");
        var client = new CircuitClient(await connect(new UriBuilder(new Uri(root, "_blazor")) { Scheme = root.Scheme == "https" ? "wss" : "ws" }.Uri));
        prepare?.Invoke(client);
        await client.StartAsync(root, address, markers, State().Match(page).Groups[1].Value);
        return client;
    }

    /// <inheritdoc />
    public IReadOnlyList<Type> GetParameterTypes(string methodName) => methodName switch
    {
        "JS.AttachComponent" => [typeof(int), typeof(string)],
        "JS.RenderBatch" => [typeof(int), typeof(byte[])],
        "JS.BeginInvokeJS" => [typeof(long), typeof(string), typeof(string), typeof(int), typeof(long), typeof(int)],
        "JS.EndInvokeDotNet" => [typeof(string), typeof(bool), typeof(string)],
        "JS.EndUpdateRootComponents" => [typeof(long)],
        "JS.ReceiveByteArray" => [typeof(int), typeof(byte[])],
        _ => [typeof(string)],
    };

    /// <inheritdoc />
    public Type GetReturnType(string invocationId) => typeof(string);

    /// <inheritdoc />
    public Type GetStreamItemType(string streamId) => typeof(object);

    /// <summary>Ends the connection, as closing the tab does.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _socket.Dispose();
        _sending.Dispose();
        _stop.Dispose();
    }

    private async Task StartAsync(Uri root, Uri address, List<string> markers, string state)
    {
        await SendAsync(Encoding.UTF8.GetBytes("""{"protocol":"blazorpack","version":1}""" + '\u001e'));
        var answer = Encoding.UTF8.GetString(await ReceiveAsync());
        if (answer != "{}\u001e") throw new InvalidOperationException($"The lab refused the circuit: {answer}");
        _running = Task.WhenAll(ListenAsync(), PingAsync());
        await SendAsync(new InvocationMessage("1", "StartCircuit", [root.ToString(), address.ToString(), "[]", ""]));
        await _circuit.Task;
        var operations = markers.Select((marker, i) => string.Create(CultureInfo.InvariantCulture, $$"""{"type":"add","ssrComponentId":{{i + 1}},"marker":{{marker}}}"""));
        await InvokeAsync("UpdateRootComponents", $$"""{"batchId":1,"operations":[{{string.Join(',', operations)}}]}""", state);
    }

    private async Task ListenAsync()
    {
        while (true)
        {
            var rest = new ReadOnlySequence<byte>(await ReceiveAsync());
            while (Protocol.TryParseMessage(ref rest, this, out var message)) await AnswerAsync(message);
        }
    }

    private async Task PingAsync()
    {
        using var timer = new PeriodicTimer(PingInterval);
        while (await timer.WaitForNextTickAsync(_stop.Token)) await SendAsync(PingMessage.Instance);
    }

    private Task AnswerAsync(HubMessage message)
    {
        switch (message)
        {
            case CompletionMessage { InvocationId: "1" } started:
                if (started.Result is string id) _circuit.TrySetResult(id);
                else _circuit.TrySetException(new InvalidOperationException($"The circuit did not start: {started.Error}"));
                break;
            case InvocationMessage { Target: "JS.RenderBatch", Arguments: [int batch, byte[] content] }:
                Rendered(content);
                return InvokeAsync("OnRenderCompleted", (long)batch, null);
            case InvocationMessage { Target: "JS.BeginInvokeJS", Arguments: [long call, string function, string, int kind, ..] }:
                Called(function);
                // What is asked for as an object of the browser gets a number; nothing else here reads its answer.
                var result = kind == 1 ? string.Create(CultureInfo.InvariantCulture, $$"""{"__jsObjectId":{{++_objects}}}""") : "null";
                return call == 0 ? Task.CompletedTask : InvokeAsync("EndInvokeJSFromDotNet", call, true, string.Create(CultureInfo.InvariantCulture, $"[{call},true,{result}]"));
            case InvocationMessage { Target: "JS.Error" } error:
                Failure = JsonSerializer.Serialize(error.Arguments);
                break;
            case InvocationBindingFailureMessage failed:
                Failure = $"{failed.Target}: {failed.BindingFailure.SourceException.Message}";
                break;
            case CloseMessage closed:
                Failure ??= closed.Error ?? "closed";
                break;
        }
        return Task.CompletedTask;
    }

    private Task InvokeAsync(string target, params object?[] arguments) => SendAsync(new InvocationMessage(target, arguments));

    private Task SendAsync(HubMessage message) => SendAsync(Protocol.GetMessageBytes(message));

    private async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        await _sending.WaitAsync(_stop.Token);
        try
        {
            await _socket.SendAsync(bytes, WebSocketMessageType.Binary, endOfMessage: true, _stop.Token);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task<byte[]> ReceiveAsync()
    {
        using var whole = new MemoryStream();
        var buffer = new byte[16 << 10];
        while (true)
        {
            var part = await _socket.ReceiveAsync(buffer.AsMemory(), _stop.Token);
            if (part.MessageType == WebSocketMessageType.Close) throw new WebSocketException(Failure ??= "The lab closed the connection.");
            whole.Write(buffer, 0, part.Count);
            if (part.EndOfMessage) return whole.ToArray();
        }
    }

    [GeneratedRegex("<!--Blazor:({\"type\":\"server\".*?})-->")]
    private static partial Regex Marker();

    [GeneratedRegex("<!--Blazor-Server-Component-State:(.*?)-->")]
    private static partial Regex State();
}
