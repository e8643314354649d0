using MalariaLab.Data.Entities;
using MalariaLab.Web.Components.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace MalariaLab.Web.Features.Versions;

/// <summary>Sends a zip whose images become part of the next version.</summary>
public sealed partial class AddImagesPanel : IAsyncDisposable
{
    private ElementReference zone, input;
    private BrowserUpload upload = null!;
    private string? picked;
    private string reason = "";
    private bool carry = true;
    private long bytes;

    /// <summary>The version that the images are added to.</summary>
    [Parameter, EditorRequired]
    public DatasetVersion Version { get; set; } = null!;

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

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
        var isZip = fileName.EndsWith(".zip", StringComparison.OrdinalIgnoreCase);
        (picked, bytes) = isZip ? (fileName, size) : (null, 0L);
        upload.Refusal = isZip ? null : T["{0} is not a zip. Pack the folder with its class folders into one zip.", fileName];
        StateHasChanged();
        return Task.CompletedTask;
    }

    private Task Sent(string url)
    {
        Navigation.NavigateTo(LabUrls.Local(url));
        return Task.CompletedTask;
    }

    private Task Send() => upload.StartAsync(LabUrls.Upload,
        new Dictionary<string, string> { ["version"] = $"{Version.Id}", ["reason"] = reason, ["splits"] = carry ? "carry" : "drop" });
}
