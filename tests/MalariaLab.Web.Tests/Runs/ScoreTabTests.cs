using MalariaLab.Data.Entities;
using MalariaLab.Web.Features.Compare;
using MalariaLab.Web.Features.Runs;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MalariaLab.Web.Tests.Runs;

public sealed class ScoreTabTests(SharedLab lab) : IClassFixture<SharedLab>
{
    [Fact]
    public async Task Tab_WhosePartChangesWhileItReads_ShowsThePartOfTheAddress()
    {
        var tab = new SlowTab(lab.Get<RunScores>(), (await lab.Get<RunViews>().FindAsync(lab.Runs[0]))!);
        var test = tab.ShowAsync("http://lab/runs/1");
        // The run has no validation predictions, so this answer is there at once.
        var validation = tab.ShowAsync("http://lab/runs/1?part=validation");
        tab.Worked.SetResult();
        await Task.WhenAll(test, validation);
        Assert.Equal((PredictionScope.Validation, true), (tab.Part, tab.IsEmpty));

        await tab.ShowAsync("http://lab/runs/1");
        Assert.Equal((PredictionScope.Test, false), (tab.Part, tab.IsEmpty));
    }

    [Theory]
    [InlineData("", 40, PredictionScope.Test)]
    [InlineData("", 0, PredictionScope.Validation)]
    [InlineData("?part=test", 0, PredictionScope.Test)]
    [InlineData("?part=validation", 40, PredictionScope.Validation)]
    public async Task Part_WithoutOneInTheAddress_IsWhatTheSplitHas(string query, int tested, string part)
    {
        var view = (await lab.Get<RunViews>().FindAsync(lab.Runs[0]))!;
        (view.Split.TestCount, view.Split.ValidationCount) = (tested, 10);
        Assert.Equal(part, ScoreTab.ScopeOf(new("http://lab/runs/1" + query), view.Split));
    }

    [Theory]
    [InlineData(true, "The best epoch was chosen on these validation images")]
    [InlineData(false, "Settings are chosen by validation figures")]
    public async Task ValidationFigures_OfARun_SayWhatTheyChose(bool bestEpoch, string warning)
    {
        var view = (await lab.Get<RunViews>().FindAsync(lab.Runs[0]))!;
        var spec = view.Detail.Spec with { EarlyStopping = bestEpoch ? new() { RestoreBest = true } : null };
        var html = await Markup.OfAsync<ScoreChoices>(new()
        {
            ["View"] = view with { Detail = view.Detail with { Spec = spec } },
            ["Scope"] = PredictionScope.Validation,
        });
        Assert.Contains(warning, html);
        Assert.Single(html.Split("flatter")[1..]);
    }

    [Fact]
    public async Task Results_OfARunWhoseSplitHasOnlyTraining_SayWhatToDo()
    {
        var view = (await lab.Get<RunViews>().FindAsync(lab.Runs[0]))!;
        var html = await Markup.OfAsync<RunResultsPanel>(
            new() { ["View"] = new RunView(view.Detail with { Evaluations = [] }, view.Split, view.By, view.Parent), ["Query"] = new PageQuery("http://lab/runs/1") },
            services => services.AddSingleton(lab.Get<CompareReader>()).AddSingleton(lab.Get<RunViews>()));
        Assert.Contains("The split has no test: evaluate the run on another dataset.", html);
    }

    private sealed class SlowTab : ScoreTab
    {
        public SlowTab(RunScores scores, RunView view) => (Scores, View) = (scores, view);

        public TaskCompletionSource Worked { get; } = new();

        public string Part => Scope;

        public bool IsEmpty => Ready && Scored is null;

        public Task ShowAsync(string address)
        {
            Query = new(address);
            return OnParametersSetAsync();
        }

        protected override Task ReadAsync(ScoredPart scored) => Worked.Task;
    }
}
