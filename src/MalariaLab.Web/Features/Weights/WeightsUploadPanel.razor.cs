using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace MalariaLab.Web.Features.Weights;

/// <summary>Sends a weights file to the lab.</summary>
public sealed partial class WeightsUploadPanel : IAsyncDisposable
{
    private ElementReference zone, input;
    private IJSObjectReference? module, uploader;
    private DotNetObjectReference<WeightsUploadPanel>? self;
    private string? picked, refusal;
    private string source = "", licence = "";
    private long bytes;
    private double? sent;

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    /// <summary>The server has taken a file and queued its import.</summary>
    [Parameter]
    public EventCallback OnSent { get; set; }

    /// <inheritdoc />
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender) return;
        self = DotNetObjectReference.Create(this);
        module = await Js.InvokeAsync<IJSObjectReference>("import", Navigation.ToAbsoluteUri(Assets["js/upload.js"]).ToString());
        uploader = await module.InvokeAsync<IJSObjectReference>("create", zone, input, self, new
        {
            Failed = T["The lab did not take the file and gave no reason; its log says more."],
            CutOff = T["The connection broke. Look whether the lab still runs, then upload again."],
            Canceled = T["The upload was canceled. Nothing of the file was kept."],
        });
    }

    /// <summary>A file was chosen or dropped.</summary>
    [JSInvokable]
    public void Picked(string fileName, long size)
    {
        (picked, bytes, refusal) = (fileName, size, null);
        StateHasChanged();
    }

    /// <summary>So much is sent.</summary>
    [JSInvokable]
    public void Progressed(double loaded, double total)
    {
        sent = total > 0 ? loaded / total : 0;
        StateHasChanged();
    }

    /// <summary>The server has taken the file.</summary>
    [JSInvokable]
    public async Task Sent(string url)
    {
        (picked, sent, source, licence) = (null, null, "", "");
        StateHasChanged();
        await OnSent.InvokeAsync();
    }

    /// <summary>The server, the network or the person stopped the upload.</summary>
    [JSInvokable]
    public void Refused(string reason)
    {
        (sent, refusal) = (null, reason);
        StateHasChanged();
    }

    private async Task Import()
    {
        (sent, refusal) = (0, null);
        await uploader!.InvokeVoidAsync("start", LabUrls.WeightsUpload, new Dictionary<string, string> { ["name"] = picked!, ["source"] = source.Trim(), ["licence"] = licence.Trim() }, null);
    }

    private async Task Cancel() => await uploader!.InvokeVoidAsync("cancel");

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
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
}
