using MalariaLab.Core;
using MalariaLab.Data.Runs;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace MalariaLab.Web.Features.Runs;

/// <summary>The notes of a run: shown, edited beside a preview, and kept in the browser until they are saved.</summary>
public sealed partial class RunNotesTab : ComponentBase
{
    private string text = "", before = "";
    private string? draft, replaced, refusal;
    private bool editing;

    /// <summary>The run.</summary>
    [Parameter, EditorRequired]
    public RunView View { get; set; } = null!;

    /// <summary>Whether the visitor may write.</summary>
    [Parameter]
    public bool MayChange { get; set; }

    [Inject]
    private RunLibrary Library { get; set; } = null!;

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    private string DraftKey => $"lab-notes-{View.Run.Id}";

    /// <inheritdoc />
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender || !MayChange) return;
        await FindDraft();
        StateHasChanged();
    }

    private async Task FindDraft()
    {
        var kept = await Js.InvokeAsync<string?>("localStorage.getItem", DraftKey);
        draft = kept is null || kept == View.Run.Notes ? null : kept;
    }

    private void Edit(string start) => (text, before, editing, draft, replaced, refusal) = (start, View.Run.Notes, true, null, null, null);

    private async Task Leave()
    {
        (editing, refusal) = (false, null);
        await FindDraft();
    }

    private async Task Forget()
    {
        draft = null;
        await Js.InvokeVoidAsync("localStorage.removeItem", DraftKey);
    }

    private async Task Save(string over)
    {
        try
        {
            if (!MayChange) return;
            await Library.SetNotesAsync(View.Run.Id, text, over);
            View.Run.Notes = text;
            (editing, refusal, replaced) = (false, null, over == text ? null : over);
            await Forget();
        }
        catch (ExplainedException e)
        {
            refusal = e.Message;
        }
    }

    private async Task Undo()
    {
        try
        {
            var (now, former) = (View.Run.Notes, replaced!);
            await Library.SetNotesAsync(View.Run.Id, former, now);
            (View.Run.Notes, replaced, refusal) = (former, now, null);
        }
        catch (ExplainedException e)
        {
            (replaced, refusal) = (null, e.Message);
        }
    }
}
