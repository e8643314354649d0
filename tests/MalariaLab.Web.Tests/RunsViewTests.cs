using MalariaLab.Core;
using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Runs;
using MalariaLab.Web.Features.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MalariaLab.Web.Tests;

public sealed class RunsViewTests(RunsViewTests.SeededLab lab) : IClassFixture<RunsViewTests.SeededLab>
{
    [Theory]
    [InlineData("/runs")]
    [InlineData("/runs?q=status%3Afailed%20lenet&sort=accuracy&order=up&page=3")]
    [InlineData("/runs?sort=auc")]
    public void Address_ReadAndWritten_IsTheSame(string url) => Assert.Equal(url, RunsView.FromUrl("http://localhost" + url).Url);

    [Theory]
    [InlineData("/runs?sort=password&page=-4&order=sideways")]
    [InlineData("/runs?page=99999999999999")]
    public void Address_WithNonsense_IsTheStandardView(string url) => Assert.Equal(new RunsView(), RunsView.FromUrl("http://localhost" + url));

    [Theory]
    [InlineData("status:failed", "r => failed")]
    [InlineData("status:running", "r => active")]
    [InlineData("-status:succeeded -status:canceled status:queued", "r => queued")]
    public async Task Status_PicksStates(string text, string expected)
    {
        var page = await lab.Queries.ListAsync(RunQueryText.Parse(text), TestContext.Current.CancellationToken);
        Assert.NotEmpty(page.Items);
        Assert.All(page.Items, r => Assert.True(expected switch { "r => failed" => r.Status == RunStatus.Failed, "r => active" => r.Status.IsActive(), _ => r.Status == RunStatus.Queued }));
    }

    [Theory]
    [InlineData("accuracy>0.95")]
    [InlineData("accuracy>95%")]
    public async Task Comparison_OfAFigure_HoldsForAll(string text)
    {
        var page = await lab.Queries.ListAsync(RunQueryText.Parse(text), TestContext.Current.CancellationToken);
        Assert.NotEmpty(page.Items);
        Assert.All(page.Items, r => Assert.True(r.Accuracy > 0.95));
    }

    [Fact]
    public async Task Words_AllHold_AndAreNotPatterns()
    {
        var ct = TestContext.Current.CancellationToken;
        Assert.All((await lab.Queries.ListAsync(RunQueryText.Parse("lenet recipe:lenet dataset:malaria split:patient"), ct)).Items, r => Assert.Equal("lenet", r.Recipe));
        Assert.Single((await lab.Queries.ListAsync(RunQueryText.Parse("seed:45"), ct)).Items);
        Assert.Empty((await lab.Queries.ListAsync(RunQueryText.Parse("dataset:%"), ct)).Items);
        Assert.Empty((await lab.Queries.ListAsync(RunQueryText.Parse("is:trashed"), ct)).Items);
    }

    [Theory]
    [InlineData("status:done", "is not a status")]
    [InlineData("colour:red", "is not understood")]
    [InlineData("accuracy>high", "is not a number")]
    public void Nonsense_IsExplained(string text, string sentence) =>
        Assert.Contains(sentence, Assert.Throws<ExplainedException>(() => RunQueryText.Parse(text)).Message);

    [Fact]
    public async Task Pages_TileTheWholeList()
    {
        var ct = TestContext.Current.CancellationToken;
        var view = new RunsView { Sort = RunSort.Accuracy };
        var first = await lab.Queries.ListAsync(view.ToFilter(), ct);
        var second = await lab.Queries.ListAsync((view with { Page = 1 }).ToFilter(), ct);
        Assert.Equal(SeededLab.Runs, first.Total);
        Assert.Equal(SeededLab.Runs, first.Items.Concat(second.Items).Select(r => r.Id).Distinct().Count());
        Assert.Equal(first.Items.Max(r => r.Accuracy), first.Items[0].Accuracy);
    }

    [Fact]
    public async Task RunView_OfASucceededRun_HasItsTestFigures()
    {
        var row = (await lab.Queries.ListAsync(RunQueryText.Parse("status:succeeded"), TestContext.Current.CancellationToken)).Items[0];
        var view = await lab.Services.GetRequiredService<RunViews>().FindAsync(row.Id);
        Assert.Equal(row.Accuracy, view!.Test!.Accuracy);
        Assert.Equal(2210, view.Test.Confusion.Total);
    }

    public sealed class SeededLab : IAsyncLifetime
    {
        public const int Runs = 60;
        private readonly LabFactory factory = new();

        public IServiceProvider Services => factory.Services;

        public RunQueries Queries => Services.GetRequiredService<RunQueries>();

        public async ValueTask InitializeAsync()
        {
            await using var db = await Services.GetRequiredService<IDbContextFactory<LabDbContext>>().CreateDbContextAsync();
            await LabSeed.FillAsync(db, Runs, DateTimeOffset.UtcNow);
        }

        public ValueTask DisposeAsync() => factory.DisposeAsync();
    }
}
