using System.Globalization;
using MalariaLab.Core;
using MalariaLab.Core.Evaluation;
using MalariaLab.Core.Jobs;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace MalariaLab.Web.Features.Runs;

/// <summary>One scored image, large, with what the network said and, on demand, where it looked.</summary>
public sealed partial class RunImagePanel : ComponentBase, IDisposable
{
    private readonly CancellationTokenSource closed = new();
    private DatasetImage? image;
    private ImagePrediction? answer;
    private string? refusal;
    private ElementReference panel;
    private bool looking, asking, opened;
    private int explained, opacity = 55, shown = -1;

    /// <summary>The run.</summary>
    [Parameter, EditorRequired]
    public RunView View { get; set; } = null!;

    /// <summary>All scores of the part.</summary>
    [Parameter, EditorRequired]
    public ScoredPart Scored { get; set; } = null!;

    /// <summary>The image.</summary>
    [Parameter, EditorRequired]
    public ImageCall Call { get; set; }

    /// <summary>Names of the classes of <see cref="Call"/>.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<string> Labels { get; set; } = [];

    /// <summary>Place in the list, from 0.</summary>
    [Parameter]
    public int Place { get; set; }

    /// <summary>Length of the list.</summary>
    [Parameter]
    public int Total { get; set; }

    /// <summary>Address of the image before, or null.</summary>
    [Parameter]
    public string? Previous { get; set; }

    /// <summary>Address of the next image, or null.</summary>
    [Parameter]
    public string? Next { get; set; }

    /// <summary>Address without an open image.</summary>
    [Parameter]
    public string? Close { get; set; }

    /// <summary>Who looks.</summary>
    [Parameter, EditorRequired]
    public Actor Actor { get; set; } = null!;

    /// <summary>Whether the visitor may ask a worker.</summary>
    [Parameter]
    public bool MayChange { get; set; }

    [Inject]
    private DatasetQueries Images { get; set; } = null!;

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    [Inject]
    private Explanations Explanations { get; set; } = null!;

    private IReadOnlyList<string> Classes => Scored.Predictions.Labels;

    private string Explained => Classes[answer!.ExplainedClass ?? explained];

    private string Status => asking
        ? T["A worker is asked where the network looked; this takes a second, longer when it has to load the network …"]
        : answer is null ? ""
        : T["Grad-CAM of the last features: bright where the image spoke for {0}. It shows where, not why.", Explained];

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        if (shown == Call.Index) return;
        shown = Call.Index;
        (answer, refusal) = (null, null);
        explained = MultiClassMetrics.ArgMax(Enumerable.Range(0, Classes.Count).Select(k => (double)Scored.Predictions.Probabilities[(Call.Index * Classes.Count) + k]).ToArray());
        var index = Call.Index;
        var found = Scored.Ordinals.Count == 0 ? null : await Images.ImageAsync(Scored.VersionId, Scored.Ordinals[index]);
        // Another image may have been opened meanwhile.
        if (shown != index) return;
        (image, opened) = (found, true);
        if (looking) await Look();
    }

    /// <inheritdoc />
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!opened || image is null) return;
        opened = false;
        try { await Js.InvokeVoidAsync("lab.reveal", panel); }
        catch (JSDisconnectedException) { }
    }

    private Task Toggle()
    {
        looking = !looking;
        (answer, refusal, asking) = (null, null, false);
        return looking ? Look() : Task.CompletedTask;
    }

    private Task ChooseClass(ChangeEventArgs change)
    {
        explained = int.Parse((string)change.Value!, CultureInfo.InvariantCulture);
        return Look();
    }

    private void Fade(ChangeEventArgs change) => opacity = int.Parse((string)change.Value!, CultureInfo.InvariantCulture);

    private async Task Look()
    {
        if (image is not { } wanted) return;
        var ofClass = explained;
        (answer, refusal, asking) = (null, null, true);
        StateHasChanged();
        var (found, sentence) = await AnswerAsync(wanted.Sha256, ofClass);
        // Another image may have been opened meanwhile.
        if (image != wanted || explained != ofClass || !looking) return;
        (answer, refusal, asking) = (found, sentence, false);
    }

    private async Task<(ImagePrediction? Answer, string? Refusal)> AnswerAsync(string sha256, int ofClass)
    {
        try
        {
            return (await Explanations.KnownAsync(View.Run.Id, sha256, ofClass)
                ?? (MayChange ? await Explanations.AskAsync((View.Run.Id, View.Run.Name, View.Run.Status), sha256, ofClass, Actor, closed.Token)
                    : throw new ExplainedException(T["Nobody has asked yet where the network looked here, and viewers cannot: ask a member of the lab."])), null);
        }
        catch (OperationCanceledException)
        {
            return (null, null);
        }
        catch (ExplainedException e)
        {
            return (null, e.Message);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        closed.Cancel();
        closed.Dispose();
    }
}
