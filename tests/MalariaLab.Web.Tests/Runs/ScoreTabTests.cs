using MalariaLab.Data.Entities;
using MalariaLab.Web.Features.Runs;
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
