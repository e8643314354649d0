using System.Globalization;
using MalariaLab.Core.Evaluation;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using MalariaLab.Web.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace MalariaLab.Web.Features.Runs;

/// <summary>The scored images, at first the most confident errors. The address holds every choice and the open image.</summary>
public sealed partial class RunImagesTab : ScoreTab
{
    private const int PageSize = 60;
    private IReadOnlyList<ImageCall> calls = [];
    private ImageChoice choice = new() { ErrorsOnly = true };
    private ImageCall? openCall;
    private int open = -1;
    private object? listed;

    /// <summary>Who looks.</summary>
    [Parameter, EditorRequired]
    public Actor Actor { get; set; } = null!;

    /// <summary>Whether the visitor may ask a worker.</summary>
    [Parameter]
    public bool MayChange { get; set; }

    private int? Truth => Query.Whole("truth");

    private int? Called => Query.Whole("called");

    private string? Group => Query.Text("group");

    private bool IsTwo => !Many || Class is not null;

    private Predictions Shown => IsTwo ? Two : Scored!.Predictions;

    private int PageNumber => Math.Clamp(Query.Whole("page") ?? (open < 0 ? 0 : open / PageSize), 0, Math.Max(0, (calls.Count - 1) / PageSize));

    private string ThresholdUrl => LabUrls.With(
        LabUrls.Run(View.Run.Id, "threshold"),
        ("part", Query.Text("part")),
        ("t", At?.ToString("R", CultureInfo.InvariantCulture)),
        ("class", Many ? Text(ClassIndex) : null));

    private string Found
    {
        get
        {
            var found = T["{0} of {1} images", Figures.Count(calls.Count), Figures.Count(Shown.Count)];
            return choice.ErrorsOnly ? found : $"{found} · {T["{0} of them wrong", Figures.Count(calls.Count(c => c.IsError))]}";
        }
    }

    /// <summary>Address of the images of a confusion cell.</summary>
    /// <param name="runId">Row id of the run.</param>
    /// <param name="scope">See <see cref="PredictionScope"/>.</param>
    /// <param name="against">The class that is set against the rest; null for the classes as they are.</param>
    /// <param name="threshold">Threshold; null for 0.5.</param>
    /// <param name="truth">True class.</param>
    /// <param name="called">Called class.</param>
    public static string Address(long runId, string scope, int? against, double? threshold, int truth, int called) => LabUrls.With(LabUrls.Run(runId, "images"),
        ("part", scope), ("class", against?.ToString(CultureInfo.InvariantCulture)), ("t", threshold?.ToString("R", CultureInfo.InvariantCulture)),
        ("truth", Text(truth)), ("called", Text(called)));

    /// <inheritdoc />
    protected override void Work()
    {
        if (Scored is null) return;
        var wanted = (Scored.SetId, IsTwo, ClassIndex, Threshold, Truth, Called, Group, Query.Text("show"), Query.Text("order"));
        if (!wanted.Equals(listed))
        {
            listed = wanted;
            choice = new()
            {
                Truth = Truth,
                Called = Called,
                Group = Group,
                ErrorsOnly = Query.Text("show") switch { "all" => false, "errors" => true, _ => Truth is null && Called is null && Group is null },
                Order = Enum.TryParse<ImageOrder>(Query.Text("order"), out var order) && Enum.IsDefined(order) ? order : ImageOrder.MostConfident,
            };
            calls = choice.Of(Shown, IsTwo ? Positive : null, Threshold);
        }
        (open, openCall) = (-1, null);
        if (Query.Whole("image") is not { } image || image < 0 || image >= Shown.Count) return;
        for (var i = 0; i < calls.Count && open < 0; i++)
            if (calls[i].Index == image) open = i;
        // A link to an image shows it also where the choice beside it leaves it out.
        openCall = open >= 0 ? calls[open] : new ImageChoice { Order = ImageOrder.Manifest }.Of(Shown, IsTwo ? Positive : null, Threshold)[image];
    }

    private string ImageUrl(int i) => Address(("image", calls[i].Index));

    private void Filter(string key, object? value) => Go((key, value as string is { Length: > 0 } text ? text : null), ("page", null), ("image", null));

    private RenderFragment ClassOptions(string words) => builder =>
    {
        if (Scored is null) return;
        foreach (var (i, label) in Shown.Labels.Index())
        {
            builder.OpenElement(0, "option");
            builder.AddAttribute(1, "value", Text(i));
            builder.AddContent(2, T[words, label]);
            builder.CloseElement();
        }
    };

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
