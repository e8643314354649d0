using System.Text;
using MalariaLab.Web.Localisation;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace MalariaLab.Web.Components.Shared;

/// <summary>A file that the browser sends straight to the server by HTTP, past the page's circuit, and what the page shows of it.</summary>
/// <param name="js">The browser.</param>
/// <param name="words">The visitor's language.</param>
/// <param name="picked">Told the name and the bytes of a file that was chosen or dropped.</param>
/// <param name="sent">Told the address that the server answered with.</param>
/// <param name="changed">Told that there is something new to show.</param>
public sealed class BrowserUpload(IJSRuntime js, Words words, Func<string, long, Task> picked, Func<string, Task> sent, Action changed) : IAsyncDisposable
{
    private readonly CancellationTokenSource closed = new();
    private IJSObjectReference? module, uploader;
    private DotNetObjectReference<BrowserUpload>? self;

    /// <summary>Share that is sent, 0 to 1; null while nothing is being sent.</summary>
    public double? Share { get; private set; }

    /// <summary>Why the last file was not taken, or null.</summary>
    public string? Refusal { get; set; }

    /// <summary>Listens to a drop zone and its file field; a file that is in it already is taken at once.</summary>
    /// <param name="script">Address of upload.js.</param>
    /// <param name="zone">Where files may be dropped.</param>
    /// <param name="input">The file field.</param>
    public async Task ListenAsync(string script, ElementReference zone, ElementReference input)
    {
        self = DotNetObjectReference.Create(this);
        module = await js.InvokeAsync<IJSObjectReference>("import", script);
        uploader = await module.InvokeAsync<IJSObjectReference>("create", zone, input, self, new
        {
            Failed = words["The lab did not take the file and gave no reason; its log says more."],
            CutOff = words["The connection broke. Look whether the lab still runs, then upload again."],
            Canceled = words["The upload was canceled. Nothing of the file was kept."],
        });
        await uploader.InvokeVoidAsync("ready");
    }

    /// <summary>Sends the chosen file with form fields, and the files of another field if one is given.</summary>
    public async Task StartAsync(string url, IReadOnlyDictionary<string, string> fields, ElementReference? more = null)
    {
        (Share, Refusal) = (0, null);
        await uploader!.InvokeVoidAsync("start", url, fields, more);
    }

    /// <summary>Stops sending.</summary>
    public async Task CancelAsync() => await uploader!.InvokeVoidAsync("cancel");

    /// <summary>Paths in the chosen zip; none where its directory cannot be read.</summary>
    public async Task<IReadOnlyList<string>> NamesAsync(long maxBytes) =>
        (await ReadAsync(await uploader!.InvokeAsync<IJSStreamReference>("names"), maxBytes)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Names of the files of a field.</summary>
    public async Task<string[]> FileNamesAsync(ElementReference input) => await uploader!.InvokeAsync<string[]>("fileNames", input);

    /// <summary>Text of the files of a field, one after the other.</summary>
    public async Task<string> TextAsync(ElementReference input, long maxBytes) => await ReadAsync(await uploader!.InvokeAsync<IJSStreamReference>("text", input), maxBytes);

    /// <summary>Called by the browser: a file was chosen or dropped.</summary>
    [JSInvokable]
    public Task Picked(string fileName, long bytes)
    {
        Refusal = null;
        return picked(fileName, bytes);
    }

    /// <summary>Called by the browser: so much is sent.</summary>
    [JSInvokable]
    public void Progressed(double loaded, double total)
    {
        Share = total > 0 ? loaded / total : 0;
        changed();
    }

    /// <summary>Called by the browser: the server has taken the file.</summary>
    [JSInvokable]
    public Task Sent(string url)
    {
        Share = null;
        return sent(url);
    }

    /// <summary>Called by the browser: the server, the network or the person stopped the upload.</summary>
    [JSInvokable]
    public void Refused(string reason)
    {
        (Share, Refusal) = (null, reason);
        changed();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await closed.CancelAsync();
        closed.Dispose();
        self?.Dispose();
        try
        {
            if (uploader is not null)
            {
                await uploader.InvokeVoidAsync("destroy");
                await uploader.DisposeAsync();
            }
            if (module is not null) await module.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // The browser is gone and has freed its side.
        }
    }

    private async Task<string> ReadAsync(IJSStreamReference reference, long maxBytes)
    {
        await using (reference)
        {
            await using var stream = await reference.OpenReadStreamAsync(maxBytes, closed.Token);
            using var reader = new StreamReader(stream, Encoding.UTF8);
            return await reader.ReadToEndAsync(closed.Token);
        }
    }
}
