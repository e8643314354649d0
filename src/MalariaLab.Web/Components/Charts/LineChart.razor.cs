using MalariaLab.Web.Localisation;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace MalariaLab.Web.Components.Charts;

/// <summary>Lines over epochs, steps, thresholds or rates. Updates send only what is new.</summary>
public sealed partial class LineChart : ComponentBase, IAsyncDisposable
{
    private readonly Dictionary<string, int> sent = [];
    private ElementReference element;
    private IJSObjectReference? module;
    private IJSObjectReference? chart;
    private IReadOnlyList<ChartSeries>? drawn;
    private ChartSpot? spotDrawn;
    private bool drawing;
    private bool log;
    private bool table;

    /// <summary>What is shown.</summary>
    [Parameter, EditorRequired]
    public string Title { get; set; } = "";

    /// <summary>The lines. A new list object makes the chart look for changes; points once given are taken to stay.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<ChartSeries> Series { get; set; } = [];

    /// <summary>Name of the x axis.</summary>
    [Parameter]
    public string XTitle { get; set; } = "Epoch";

    /// <summary>Unit or format of y: <c>percent</c>, <c>number</c> or <c>scientific</c>.</summary>
    [Parameter]
    public string Format { get; set; } = "number";

    /// <summary>Whether the y axis may be switched to logarithmic.</summary>
    [Parameter]
    public bool AllowLog { get; set; }

    /// <summary>Whether the y axis begins logarithmic.</summary>
    [Parameter]
    public bool Log { get; set; }

    /// <summary>Lowest y shown; null fits.</summary>
    [Parameter]
    public double? Min { get; set; }

    /// <summary>Highest y shown; null fits.</summary>
    [Parameter]
    public double? Max { get; set; }

    /// <summary>Both axes from 0 to 1 and a diagonal, as for ROC curves.</summary>
    [Parameter]
    public bool UnitSquare { get; set; }

    /// <summary>A mark, such as the best epoch.</summary>
    [Parameter]
    public ChartMark? Mark { get; set; }

    /// <summary>A point that moves over the lines without their being drawn anew, such as the operating point.</summary>
    [Parameter]
    public ChartSpot? Spot { get; set; }

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    /// <inheritdoc />
    protected override void OnInitialized() => log = Log;

    /// <inheritdoc />
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        // The page may render again while the browser still draws; whoever draws then goes on with the newest lines.
        if (drawing) return;
        drawing = true;
        try
        {
            while (!ReferenceEquals(drawn, Series) || spotDrawn != Spot)
            {
                var (series, spot, same) = (Series, Spot, ReferenceEquals(drawn, Series));
                (drawn, spotDrawn) = (series, spot);
                await Guarded(async () =>
                {
                    if (!same) await DrawAsync(series);
                    else if (chart is not null) await chart.InvokeVoidAsync("moveSpot", spot);
                });
            }
        }
        finally
        {
            drawing = false;
        }
    }

    private async Task DrawAsync(IReadOnlyList<ChartSeries> series)
    {
        if (chart is null)
        {
            module = await Js.InvokeAsync<IJSObjectReference>("import", Address("js/chart.js"));
            chart = await module.InvokeAsync<IJSObjectReference>("create", element, Address("lib/apexcharts/apexcharts.esm.js"), Options(series));
        }
        else if (Spot is null && OnlyGrew(series))
            await chart.InvokeVoidAsync("append", series.Select(s => s.Points.Skip(sent[s.Name]).Select(Pair)), Mark);
        else await chart.InvokeVoidAsync("replace", Options(series));
        sent.Clear();
        foreach (var line in series) sent[line.Name] = line.Points.Count;

        string Address(string asset) => Navigation.ToAbsoluteUri(Assets[asset]).ToString();
    }

    // The same lines as were sent last, with points added at their ends, and few enough to be sent unthinned.
    private bool OnlyGrew(IReadOnlyList<ChartSeries> series) =>
        series.Count == sent.Count
        && series.All(s => sent.TryGetValue(s.Name, out var count) && s.Points.Count >= count && s.Points.Count <= Downsampling.Limit);

    private object Options(IReadOnlyList<ChartSeries> series) => new
    {
        Series = series.Select(s => new { s.Name, s.Colour, s.Dash, Points = Downsampling.MinMax(s.Points).Select(Pair) }),
        XTitle,
        Format,
        Log = log,
        Min,
        Max,
        UnitSquare,
        Mark,
        Spot,
    };

    private static double?[] Pair(ChartPoint point) => [point.X, point.Drawn];

    private async Task ToggleLog()
    {
        log = !log;
        await Guarded(async () => { if (chart is not null) await chart.InvokeVoidAsync("replace", Options(drawn ?? Series)); });
    }

    private string Svg() => new LineSvg
    {
        Title = Title,
        XTitle = XTitle,
        Series = Series,
        Format = Format,
        Log = log,
        Min = Min,
        Max = Max,
        UnitSquare = UnitSquare,
        Mark = Mark,
        Spot = Spot,
    }.Write();

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await Guarded(async () =>
    {
        if (chart is not null)
        {
            await chart.InvokeVoidAsync("destroy");
            await chart.DisposeAsync();
        }
        if (module is not null) await module.DisposeAsync();
    });

    // The browser may leave at any moment; then there is nothing left to draw on.
    private static async Task Guarded(Func<Task> call)
    {
        try { await call(); }
        catch (JSDisconnectedException) { }
        catch (OperationCanceledException) { }
    }
}
