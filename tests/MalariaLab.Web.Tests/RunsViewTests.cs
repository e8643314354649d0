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
    [InlineData("/runs?columns=status,tags,device")]
    public void Address_ReadAndWritten_IsTheSame(string url) => Assert.Equal(url, RunsView.FromUrl("http://localhost" + url).Url);

    [Theory]
    [InlineData("/runs?sort=password&page=-4&order=sideways")]
    [InlineData("/runs?page=99999999999999")]
    public void Address_WithNonsense_IsTheStandardView(string url) => Assert.Equal(new RunsView(), RunsView.FromUrl("http://localhost" + url));

    [Fact]
    public void Columns_ShownAndHiddenAgain_AreTheStandard()
    {
        var device = RunColumn.All.Single(c => c.Key == "device");
        var shown = new RunsView().Toggle(device);
        Assert.True(shown.Shows(device));
        Assert.True(shown.Shows(RunColumn.All[0]));
        Assert.Equal(new RunsView(), shown.Toggle(device));
    }

    [Fact]
    public async Task SavedView_OfAPerson_IsReplacedByName_AndSeenByOthersOnlyWhenShared()
    {
        var ct = TestContext.Current.CancellationToken;
        var views = lab.Services.GetRequiredService<SavedViews>();
        var (ada, bob) = (await lab.UserAsync("ada"), await lab.UserAsync("bob"));
        await views.SaveAsync(ada, " failed ", new RunsView { Text = "status:failed", Page = 3 }, shared: false, ct);
        await views.SaveAsync(ada, "failed", new RunsView { Text = "status:failed lenet" }, shared: false, ct);
        var view = Assert.Single(await views.ListAsync(ada, ct));
        Assert.Equal(("failed", "?q=status%3Afailed%20lenet"), (view.Name, view.Query));
        Assert.Empty(await views.ListAsync(bob, ct));
        await views.SaveAsync(ada, "failed", new RunsView(), shared: true, ct);
        Assert.Equal(view.Id, Assert.Single(await views.ListAsync(bob, ct)).Id);
        await views.DeleteAsync(bob, view.Id, ct);
        Assert.Single(await views.ListAsync(ada, ct));
        await views.DeleteAsync(ada, view.Id, ct);
        Assert.Empty(await views.ListAsync(ada, ct));
        await Assert.ThrowsAsync<ExplainedException>(() => views.SaveAsync(ada, " ", new RunsView(), shared: false, ct));
    }

    [Theory]
    [InlineData("status:failed", "r => failed")]
    [InlineData("status:running", "r => active")]
    [InlineData("-status:succeeded -status:canceled status:queued", "r => queued")]
    public async Task Status_PicksStates(string text, string expected)
    {
        var page = await lab.Queries.ListAsync(RunQueryText.Parse(text), TestContext.Current.CancellationToken);
        Assert.NotEmpty(page.Items);
        Assert.All(page.Items, r => Assert.True(expected switch
        {
            "r => failed" => r.Status == RunStatus.Failed,
            "r => active" => r.Status.IsActive(),
            _ => r.Status == RunStatus.Queued,
        }));
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
    [InlineData("accuracy>nan", "is not a number")]
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

        /// <summary>Row id of a new person.</summary>
        public async Task<long> UserAsync(string name)
        {
            await using var db = await Services.GetRequiredService<IDbContextFactory<LabDbContext>>().CreateDbContextAsync();
            var user = new Data.Entities.LabUser { UserName = name, DisplayName = name };
            db.Users.Add(user);
            await db.SaveChangesAsync();
            return user.Id;
        }

        public RunQueries Queries => Services.GetRequiredService<RunQueries>();

        public async ValueTask InitializeAsync()
        {
            await using var db = await Services.GetRequiredService<IDbContextFactory<LabDbContext>>().CreateDbContextAsync();
            await LabSeed.FillAsync(db, Runs, DateTimeOffset.UtcNow);
        }

        public ValueTask DisposeAsync() => factory.DisposeAsync();
    }
}
