using MalariaLab.Web.Components.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace MalariaLab.Web.Features.Weights;

/// <summary>Sends a weights file to the lab.</summary>
public sealed partial class WeightsUploadPanel : IAsyncDisposable
{
    private ElementReference zone, input;
    private BrowserUpload upload = null!;
    private string? picked;
    private string source = "", licence = "";
    private long bytes;

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    /// <summary>The server has taken a file and queued its import.</summary>
    [Parameter]
    public EventCallback OnSent { get; set; }

    /// <inheritdoc />
    protected override void OnInitialized() => upload = new(Js, T, Picked, Sent, StateHasChanged);

    /// <inheritdoc />
    protected override Task OnAfterRenderAsync(bool firstRender) => firstRender
        ? upload.ListenAsync(Navigation.ToAbsoluteUri(Assets["js/upload.js"]).ToString(), zone, input)
        : Task.CompletedTask;

    /// <inheritdoc />
    public ValueTask DisposeAsync() => upload.DisposeAsync();

    private Task Picked(string fileName, long size)
    {
        (picked, bytes) = (fileName, size);
        StateHasChanged();
        return Task.CompletedTask;
    }

    private Task Sent(string url)
    {
        (picked, source, licence) = (null, "", "");
        StateHasChanged();
        return OnSent.InvokeAsync();
    }

    private Task Import() => upload.StartAsync(LabUrls.WeightsUpload,
        new Dictionary<string, string> { ["name"] = picked!, ["source"] = source.Trim(), ["licence"] = licence.Trim() });
}
