using System.Globalization;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Evaluation;
using MalariaLab.Data.Entities;
using MalariaLab.Web.Localisation;
using Microsoft.AspNetCore.Components;

namespace MalariaLab.Web.Features.Runs;

/// <summary>A tab over stored predictions. The address says which part, which class against the rest, and at which threshold.</summary>
public abstract class ScoreTab : ComponentBase
{
    private object? read;
    private bool reading;

    /// <summary>The run.</summary>
    [Parameter, EditorRequired]
    public RunView View { get; set; } = null!;

    /// <summary>The choices in the address.</summary>
    [Parameter, EditorRequired]
    public PageQuery Query { get; set; } = null!;

    /// <summary>With more than two classes: the one that is set against the rest.</summary>
    protected int? Class => Query.Whole("class");

    /// <summary>Probability from which on an image is called positive; null where the address does not say.</summary>
    protected double? At => Query.Number("t");

    /// <summary>The stored scores; null when there are none.</summary>
    protected ScoredPart? Scored { get; private set; }

    /// <summary>The same as two classes: as they are, or the chosen class against the rest.</summary>
    protected Predictions Two { get; private set; } = null!;

    /// <summary>Index of the positive class in <see cref="Two"/>.</summary>
    protected int Positive { get; private set; }

    /// <summary>All thresholds of <see cref="Two"/>.</summary>
    protected ScoreRanking Ranking { get; private set; } = null!;

    /// <summary>Threshold of the address.</summary>
    protected double Threshold => Math.Clamp(At ?? 0.5, 0, 1);

    /// <summary>The chosen part.</summary>
    protected string Scope => ScopeOf(Query, View.Split);

    /// <summary>True once <see cref="Scored"/> was looked for.</summary>
    protected bool Ready { get; private set; }

    /// <summary>True when one class has to be set against the rest.</summary>
    protected bool Many => Classes.Count > 2;

    /// <summary>Index of the class that is looked at, in the classes of the dataset.</summary>
    protected int ClassIndex => Many ? Math.Clamp(Class ?? 0, 0, Classes.Count - 1) : View.Detail.Version.PositiveClass ?? PositiveClass.Guess(Classes);

    /// <summary>Names of the dataset's classes.</summary>
    protected IReadOnlyList<string> Classes => View.Detail.Version.ClassNames;

    /// <summary>Reads scores.</summary>
    [Inject]
    protected RunScores Scores { get; set; } = null!;

    /// <summary>Addresses.</summary>
    [Inject]
    protected NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private Words Words { get; set; } = null!;

    /// <summary>The part that an address names, otherwise the test part, and the validation part of a split that tests nothing.</summary>
    public static string ScopeOf(PageQuery query, Split split) => query.Text("part") is (PredictionScope.Validation or PredictionScope.Test) and var part ? part
        : split.TestCount == 0 && split.ValidationCount > 0 ? PredictionScope.Validation : PredictionScope.Test;

    /// <inheritdoc />
    protected override async Task OnParametersSetAsync()
    {
        // Another part may be chosen while one is read; whoever reads then goes on with the newest, so that no figures stand under another part's name.
        if (reading) return;
        reading = true;
        try
        {
            // A run in work tells of itself every second; its scores come once, at the end.
            while ((View.Run.Id, View.Run.Status, Scope, Class) is var wanted && !wanted.Equals(read))
            {
                (read, Ready) = (wanted, false);
                var found = await Scores.FindAsync(View, Scope);
                if (found is not null)
                {
                    (Two, Positive) = AsTwo(found);
                    Ranking = ScoreRanking.Of(Two.Scores(Positive), Two.IsClass(Positive));
                    await ReadAsync(found);
                }
                (Scored, Ready) = (found, true);
            }
        }
        finally
        {
            reading = false;
        }
        if (Ready) Work();
    }

    /// <summary>What stood before stays until the new is there as a whole.</summary>
    protected override bool ShouldRender() => Ready;

    /// <summary>After other scores were read, before they are shown.</summary>
    protected virtual Task ReadAsync(ScoredPart scored) => Task.CompletedTask;

    /// <summary>After every change of the address.</summary>
    protected virtual void Work()
    {
    }

    /// <summary>A part's scores as two classes, as <see cref="Two"/>.</summary>
    protected (Predictions Two, int Positive) AsTwo(ScoredPart part) =>
        part.Positive is { } positive ? (part.Predictions, positive) : (part.Predictions.Against(ClassIndex, Words["all others"]), 0);

    /// <summary>This address with some values changed; null removes one.</summary>
    protected string Address(params (string Key, object? Value)[] changes) =>
        Navigation.GetUriWithQueryParameters(changes.ToDictionary(c => c.Key, c => c.Value is double number ? number.ToString("R", CultureInfo.InvariantCulture) : c.Value));

    /// <summary>Keeps values in the address without a step in the browser's history.</summary>
    protected void Go(params (string Key, object? Value)[] changes) => Navigation.NavigateTo(Address(changes), replace: true);
}
