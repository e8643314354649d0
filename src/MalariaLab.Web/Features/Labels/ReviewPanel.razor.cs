using MalariaLab.Core.Datasets;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Labels;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace MalariaLab.Web.Features.Labels;

/// <summary>Judges image after image of a queue, by buttons or keys.</summary>
public sealed partial class ReviewPanel : ComponentBase
{
    private const int Before = 3, Shown = 18;
    private ElementReference panel;
    private int at;
    private IReadOnlyList<QueuedLabel>? shown;

    /// <summary>The version.</summary>
    [Parameter, EditorRequired]
    public DatasetVersion Version { get; set; } = null!;

    /// <summary>The images, at least one.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<QueuedLabel> Queue { get; set; } = [];

    /// <summary>What the reader may know of judgements.</summary>
    [Parameter, EditorRequired]
    public ReviewBook Book { get; set; } = null!;

    /// <summary>Row id of the reader.</summary>
    [Parameter, EditorRequired]
    public long Reader { get; set; }

    /// <summary>Position to begin at.</summary>
    [Parameter]
    public int Start { get; set; }

    /// <summary>Whether the visitor may judge.</summary>
    [Parameter]
    public bool MayChange { get; set; }

    /// <summary>Name of a person by row id.</summary>
    [Parameter, EditorRequired]
    public Func<long?, string> NameOf { get; set; } = null!;

    /// <summary>Stores a judgement.</summary>
    [Parameter, EditorRequired]
    public Func<(int Ordinal, ReviewDecision Decision, int? Label), Task<bool>> OnDecide { get; set; } = null!;

    /// <summary>Takes a judgement back.</summary>
    [Parameter, EditorRequired]
    public Func<int, Task<bool>> OnUndo { get; set; } = null!;

    private QueuedLabel current => Queue[at];

    /// <inheritdoc />
    protected override void OnParametersSet()
    {
        if (ReferenceEquals(shown, Queue)) return;
        (shown, at) = (Queue, Math.Clamp(Start, 0, Queue.Count - 1));
    }

    private string Name(int label) => label < Version.ClassNames.Count ? Version.ClassNames[label] : T["leave out"];

    private IReadOnlyList<Reading> Readings(int ordinal) => Book.Images.FirstOrDefault(i => i.Ordinal == ordinal)?.Readings ?? [];

    private Reading? Mine(int ordinal) => Readings(ordinal).FirstOrDefault(r => r.UserId == Reader);

    private IEnumerable<Reading> Others(int ordinal) => Readings(ordinal).Where(r => r.UserId != Reader);

    private IEnumerable<(QueuedLabel Image, int Index)> Nearby()
    {
        var first = Math.Max(0, at - Before);
        return Enumerable.Range(first, Math.Min(Shown, Queue.Count - first)).Select(i => (Queue[i], i));
    }

    private void Move(int by) => at = Math.Clamp(at + by, 0, Queue.Count - 1);

    private async Task ChooseAsync(ReviewDecision decision, int? label)
    {
        if (MayChange && await OnDecide((current.Ordinal, decision, label))) Move(1);
        await panel.FocusAsync(preventScroll: true);
    }

    private Task PressedAsync(KeyboardEventArgs pressed)
    {
        if (pressed.CtrlKey || pressed.AltKey || pressed.MetaKey) return Task.CompletedTask;
        switch (pressed.Key.ToLowerInvariant())
        {
            case "arrowleft": Move(-1); return Task.CompletedTask;
            case "arrowright": Move(1); return Task.CompletedTask;
            case "k": return ChooseAsync(ReviewDecision.Keep, null);
            case "x": return ChooseAsync(ReviewDecision.Exclude, null);
            case "u": return Mine(current.Ordinal) is null ? Task.CompletedTask : OnUndo(current.Ordinal);
            case "r" when Version.ClassNames.Count == 2: return ChooseAsync(ReviewDecision.Relabel, 1 - current.Given);
            case [var digit] when char.IsAsciiDigit(digit) && digit - '1' is >= 0 and var label && label < Version.ClassNames.Count:
                return label == current.Given ? ChooseAsync(ReviewDecision.Keep, null) : ChooseAsync(ReviewDecision.Relabel, label);
            default: return Task.CompletedTask;
        }
    }
}
