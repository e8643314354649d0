using MalariaLab.Core.Experiments;
using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Runs;
using MalariaLab.Web.Features.Compare;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MalariaLab.Web.Tests.Compare;

public sealed class CompareReaderTests(CompareReaderTests.SeededLab lab) : IClassFixture<CompareReaderTests.SeededLab>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Comparison_OfStoredRuns_HasTheFiguresOfTheirPredictions_InTheOrderAsked()
    {
        var runs = (await lab.Queries.ListAsync(new RunFilter { Statuses = [RunStatus.Succeeded], Take = 3, Descending = false }, Ct)).Items;
        var asked = new[] { runs[2].Id, runs[0].Id, 99_999 };
        var comparison = await lab.Reader.ReadAsync(asked, cancellationToken: Ct);
        Assert.Equal(asked[..2], comparison.Runs.Select(r => r.Row.Id));
        Assert.Equal([99_999], comparison.Missing);
        Assert.All(comparison.Runs, r => Assert.Equal(r.Row.Accuracy, r.Test!.Report.Accuracy));
        Assert.All(comparison.Runs, r => Assert.Equal(r.Row.LastEpoch, r.Epochs.Count));
        Assert.Null(CompareTests.Of([.. comparison.Scored.Select(r => r.Test!)]).Pairs.Single().WhyNot);
    }

    [Fact]
    public async Task Configuration_ShowsOnlyWhatDiffers()
    {
        var runs = (await lab.Queries.ListAsync(new RunFilter { Take = 60 }, Ct)).Items.GroupBy(r => r.Recipe).First(g => g.Count() >= 2).Take(2).ToList();
        var comparison = await lab.Reader.ReadAsync([.. runs.Select(r => r.Id)], cancellationToken: Ct);
        var row = Assert.Single(comparison.Configuration);
        Assert.Equal("training.seed", row.Field);
        Assert.Equal(runs.Select(r => $"{r.Seed}"), row.Values);
    }

    [Fact]
    public async Task Repetitions_OfOneSpec_AreFolded()
    {
        var runs = (await lab.Queries.ListAsync(new RunFilter { Statuses = [RunStatus.Succeeded], Take = 60 }, Ct)).Items.GroupBy(r => r.Recipe).Where(g => g.Count() >= 2).Take(2).ToList();
        var comparison = await lab.Reader.ReadAsync([.. runs.SelectMany(g => g.Take(2)).Select(r => r.Id)], cancellationToken: Ct);
        var groups = SeedGroup.In(comparison);
        Assert.Equal(runs.Select(g => g.Key), groups.Select(g => g.Runs[0].Spec.Recipe));
        Assert.Equal(runs[0].Take(2).Average(r => r.Accuracy), groups[0].Of(r => r.Accuracy)!.Mean);
        Assert.Equal(comparison.Runs[0].Spec.Training.Seed == comparison.Runs[1].Spec.Training.Seed, SpecJson.Hash(comparison.Runs[0].Spec) == SpecJson.Hash(comparison.Runs[1].Spec));
    }

    public sealed class SeededLab : IAsyncLifetime
    {
        private readonly LabFactory factory = new();

        public RunQueries Queries => factory.Services.GetRequiredService<RunQueries>();

        public CompareReader Reader => factory.Services.GetRequiredService<CompareReader>();

        public async ValueTask InitializeAsync()
        {
            await using var db = await factory.Services.GetRequiredService<IDbContextFactory<LabDbContext>>().CreateDbContextAsync();
            await LabSeed.FillAsync(db, 60, DateTimeOffset.UtcNow);
        }

        public ValueTask DisposeAsync() => factory.DisposeAsync();
    }
}
