using MalariaLab.Data.Entities;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace MalariaLab.Web.Features.Versions;

/// <summary>Sends a zip whose images become part of the next version.</summary>
public sealed partial class AddImagesPanel : IAsyncDisposable
{
    private ElementReference zone, input;
    private IJSObjectReference? module, uploader;
    private DotNetObjectReference<AddImagesPanel>? self;
    private string? picked, refusal;
    private string reason = "";
    private bool carry = true;
    private long bytes;
    private double? sent;

    /// <summary>The version that the images are added to.</summary>
    [Parameter, EditorRequired]
    public DatasetVersion Version { get; set; } = null!;

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

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
        await uploader.InvokeVoidAsync("ready");
    }

    /// <summary>A file was chosen or dropped.</summary>
    [JSInvokable]
    public void Picked(string fileName, long size)
    {
        var isZip = fileName.EndsWith(".zip", StringComparison.OrdinalIgnoreCase);
        (picked, bytes) = isZip ? (fileName, size) : (null, 0L);
        refusal = isZip ? null : T["{0} is not a zip. Pack the folder with its class folders into one zip.", fileName];
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
    public void Sent(string url) => Navigation.NavigateTo(LabUrls.Local(url));

    /// <summary>The server, the network or the person stopped the upload.</summary>
    [JSInvokable]
    public void Refused(string why)
    {
        (sent, refusal) = (null, why);
        StateHasChanged();
    }

    private async Task Send()
    {
        (sent, refusal) = (0, null);
        var fields = new Dictionary<string, string> { ["version"] = $"{Version.Id}", ["reason"] = reason, ["splits"] = carry ? "carry" : "drop" };
        await uploader!.InvokeVoidAsync("start", LabUrls.Upload, fields, null);
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
