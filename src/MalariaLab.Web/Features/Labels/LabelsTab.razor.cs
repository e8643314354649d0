using System.Globalization;
using MalariaLab.Core;
using MalariaLab.Core.Evaluation;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Labels;
using MalariaLab.Web.Features.Datasets;
using Microsoft.AspNetCore.Components;

namespace MalariaLab.Web.Features.Labels;

/// <summary>The label check of a version: suspects, the reader's judgements, agreement of readers, and the version that follows.</summary>
public sealed partial class LabelsTab
{
    private static readonly ReviewBook Nothing = new([], []);
    private IReadOnlyList<ScoreSource> sources = [];
    private OutOfSampleScores? scores;
    private IReadOnlyList<QueuedLabel> suspects = [], queue = [];
    private ReviewBook book = Nothing, seen = Nothing;
    private LabelIssueOrder ranking;
    private int position;
    private (string Source, LabelIssueOrder Order, bool Disputes, long Version) shown;

    /// <summary>The dataset and its version.</summary>
    [Parameter, EditorRequired]
    public DatasetDetail Detail { get; set; } = null!;

    /// <summary>Whose scores: <c>run-7</c> or <c>group-2</c>.</summary>
    [SupplyParameterFromQuery]
    public string? Source { get; set; }

    /// <summary>Name of the order.</summary>
    [SupplyParameterFromQuery]
    public string? Order { get; set; }

    /// <summary><c>disagreements</c>, or null for the suspects.</summary>
    [SupplyParameterFromQuery]
    public string? List { get; set; }

    [Inject]
    private OutOfSample OutOfSample { get; set; } = null!;

    [Inject]
    private LabelReviews Reviews { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private bool ShowsDisputes => List == "disagreements";

    private string SourceKey => sources.Select(Key).FirstOrDefault(k => k == Source) ?? (sources.Count > 0 ? Key(sources[0]) : "");

    /// <inheritdoc />
    protected override bool Concerns(ChangeKind kind, long id) => kind == ChangeKind.Dataset && id == Detail.Dataset.Id;

    /// <inheritdoc />
    protected override async Task LoadAsync()
    {
        var version = Detail.Version.Id;
        if (!Loaded || shown.Version != version) sources = await OutOfSample.SourcesAsync(version);
        ranking = Enum.TryParse<LabelIssueOrder>(Order, out var wanted) ? wanted : LabelIssueOrder.SelfConfidence;
        var now = (SourceKey, ranking, ShowsDisputes, version);
        if (scores is null || shown.Source != SourceKey || shown.Version != version) scores = await ScoresAsync(version);
        book = await Reviews.BookAsync(version);
        seen = book.SeenBy(Actor.UserId ?? 0);
        if (shown == now) return;
        suspects = LabelQueue.Suspects(scores, ranking);
        // Fixed while it is worked on: an image that is settled must not move the others under the reader's fingers.
        queue = ShowsDisputes ? LabelQueue.Disagreements(seen, suspects) : suspects;
        position = ShowsDisputes ? 0 : Math.Max(0, LabelQueue.NextOpen(queue, seen.Images.Select(i => i.Ordinal).ToHashSet(), 0));
        shown = now;
    }

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        if (Loaded) await ReloadAsync();
    }

    private static string Key(ScoreSource source) => string.Create(CultureInfo.InvariantCulture, $"{(source.IsGroup ? "group" : "run")}-{source.Id}");

    private async Task<OutOfSampleScores?> ScoresAsync(long version)
    {
        if (sources.FirstOrDefault(s => Key(s) == SourceKey) is not { } source) return null;
        return source.IsGroup ? await OutOfSample.OfGroupAsync(source.Id) : await OutOfSample.OfRunAsync(version, source.Id);
    }

    private Task<bool> DecideAsync((int Ordinal, ReviewDecision Decision, int? Label) choice) =>
        // Of the version whose images are on the screen; the page may be on its way to another.
        TryAsync(() => Reviews.DecideAsync(shown.Version, choice.Ordinal, choice.Decision, choice.Label, Reader()));

    private Task<bool> UndoAsync(int ordinal) => TryAsync(() => Reviews.UndoAsync(shown.Version, ordinal, Reader()));

    private long Reader() => Actor.UserId ?? throw new ExplainedException("Judgements of labels belong to a person: sign in.");

    private void Go(string key, object? value) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameter(key, value as string), replace: true);
}
