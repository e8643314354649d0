using MalariaLab.Core.Datasets;
using MalariaLab.Core.Evaluation;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Runs;
using MalariaLab.Web.Features.Compare;
using MalariaLab.Web.Features.Documents;
using MalariaLab.Web.Features.Runs;
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
        var finished = await lab.Queries.ListAsync(new RunFilter { Statuses = [RunStatus.Succeeded], Take = 60 }, Ct);
        var runs = finished.Items.GroupBy(r => r.Recipe).Where(g => g.Count() >= 2).Take(2).ToList();
        var comparison = await lab.Reader.ReadAsync([.. runs.SelectMany(g => g.Take(2)).Select(r => r.Id)], cancellationToken: Ct);
        var groups = SeedGroup.In(comparison);
        Assert.Equal(runs.Select(g => g.Key), groups.Select(g => g.Runs[0].Spec.Recipe));
        Assert.Equal(runs[0].Take(2).Average(r => r.Accuracy), groups[0].Of(r => r.Accuracy)!.Mean);
        var (first, second) = (comparison.Runs[0].Spec, comparison.Runs[1].Spec);
        Assert.Equal(first.Training.Seed == second.Training.Seed, SpecJson.Hash(first) == SpecJson.Hash(second));
    }

    [Fact]
    public async Task Comparison_OnAnothersTestSet_LeavesOutWhatWasLearned()
    {
        await using var small = new SeededLab();
        var (own, other) = await small.TwoSplitsAsync(Ct);
        Assert.NotNull(CompareTests.Of([.. (await small.Reader.ReadAsync([own, other], cancellationToken: Ct)).Scored.Select(r => r.Test!)]).Pairs.Single().WhyNot);

        var comparison = await small.Reader.ReadAsync([own, other], on: own, Ct);

        // Images 6 to 9 are tested by both splits; 4 and 5 were learned from under the other one.
        Assert.Equal((2, 6), (comparison.Learned!.Images, comparison.Learned.Of));
        Assert.All(comparison.Scored, r => Assert.Equal([6, 7, 8, 9], r.Test!.Ordinals));
        Assert.Equal([1.0, 0.5], comparison.Scored.Select(r => r.Test!.Report.Accuracy));
        Assert.Null(CompareTests.Of([.. comparison.Scored.Select(r => r.Test!)]).Pairs.Single().WhyNot);
    }

    [Fact]
    public async Task Comparison_WithARunWhoseStartLearnedFromTheTest_LeavesThatOut()
    {
        await using var small = new SeededLab();
        var (own, other) = await small.TwoSplitsAsync(Ct);
        Assert.Null((await small.Reader.ReadAsync([own], on: own, Ct)).Learned);

        // The same split as the first run's, but the network has seen images 4 and 5 under the second one's.
        var tuned = await small.StartFromAsync(other, own, Ct);
        var comparison = await small.Reader.ReadAsync([own, tuned], on: own, Ct);

        Assert.Equal((2, 6), (comparison.Learned!.Images, comparison.Learned.Of));
        Assert.Equal(["tuned"], comparison.Learned.Names);
        Assert.All(comparison.Scored, r => Assert.Equal([6, 7, 8, 9], r.Test!.Ordinals));
        // Its own page and report say so, for there the figures count every test image.
        Assert.Equal((0, 2), (await small.SeenByStartAsync(own), await small.SeenByStartAsync(tuned)));
        Assert.Contains("2 of the 6 test images were learned from by the run that this one started from", await small.ReportAsync(tuned, Ct));
        Assert.DoesNotContain("were learned from by the run", await small.ReportAsync(own, Ct));
        // Where no test image is known to have been seen, the report says that a start may have seen others.
        var clean = await small.ReportAsync(await small.StartFromAsync(own, other, Ct), Ct);
        Assert.DoesNotContain("were learned from by the run", clean);
        Assert.Contains("Training started from weights learned elsewhere", clean);
    }

    public sealed class SeededLab : IAsyncLifetime
    {
        private readonly LabFactory factory = new();

        public RunQueries Queries => factory.Services.GetRequiredService<RunQueries>();

        public CompareReader Reader => factory.Services.GetRequiredService<CompareReader>();

        public async Task<int> SeenByStartAsync(long run)
        {
            var views = factory.Services.GetRequiredService<RunViews>();
            return await views.SeenByStartAsync((await views.FindAsync(run))!);
        }

        public Task<string?> ReportAsync(long run, CancellationToken ct) => factory.Services.GetRequiredService<EvidenceReports>().HtmlAsync(run, false, "en", ct);

        public async ValueTask InitializeAsync()
        {
            await using var db = await factory.Services.GetRequiredService<IDbContextFactory<LabDbContext>>().CreateDbContextAsync();
            await LabSeed.FillAsync(db, 60, DateTimeOffset.UtcNow);
        }

        public ValueTask DisposeAsync() => factory.DisposeAsync();

        /// <summary>A run as another one, with its test scores, but started from a third one's weights.</summary>
        public async Task<long> StartFromAsync(long start, long like, CancellationToken ct)
        {
            await using var db = await factory.Services.GetRequiredService<IDbContextFactory<LabDbContext>>().CreateDbContextAsync(ct);
            var experiment = await db.Runs.AsNoTracking().Where(r => r.Id == like).Select(r => r.Experiment!).SingleAsync(ct);
            var spec = SpecJson.Read(experiment.SpecJson) with { Weights = new() { Source = WeightsSource.Run, RunId = start } };
            (experiment.Id, experiment.SpecJson, experiment.SpecHash) = (0, SpecJson.Write(spec), SpecJson.Hash(spec));
            var run = await db.Runs.AsNoTracking().SingleAsync(r => r.Id == like, ct);
            (run.Id, run.Name, run.ExperimentId, run.Experiment) = (0, "tuned", 0, experiment);
            db.Add(run);
            await db.SaveChangesAsync(ct);
            var scores = await db.PredictionSets.AsNoTracking().SingleAsync(p => p.RunId == like && p.Scope == PredictionScope.Test, ct);
            (scores.Id, scores.RunId) = (0, run.Id);
            db.Add(scores);
            await db.SaveChangesAsync(ct);
            return run.Id;
        }

        /// <summary>Ten images, tested from 4 on by the first run and from 6 on by the second, which was also scored on the first one's test set.</summary>
        public async Task<(long Own, long Other)> TwoSplitsAsync(CancellationToken ct)
        {
            await using var db = await factory.Services.GetRequiredService<IDbContextFactory<LabDbContext>>().CreateDbContextAsync(ct);
            var at = DateTimeOffset.UtcNow;
            var version = new DatasetVersion
            {
                Dataset = new Dataset { Name = "ten", CreatedAt = at },
                Number = 1,
                Status = DatasetVersionStatus.Ready,
                ClassNames = ["Parasitized", "Uninfected"],
                PositiveClass = 0,
                ContentHash = "ten",
                ImageCount = 10,
                CreatedAt = at,
            };
            var pack = new BlobPack { FileName = "ten.pack", CreatedAt = at };
            db.AddRange(version, pack);
            await db.SaveChangesAsync(ct);
            for (var i = 0; i < 10; i++)
            {
                db.Add(new Blob { Sha256 = $"{i:x64}", PackId = pack.Id });
                db.Add(new DatasetImage { VersionId = version.Id, Ordinal = i, Path = $"{i}.png", Label = i % 2, Sha256 = $"{i:x64}", Format = "png" });
            }
            var runs = new List<Run>();
            foreach (var first in new[] { 4, 6 })
            {
                var split = new Split
                {
                    VersionId = version.Id,
                    Name = $"from {first}",
                    PlanJson = "{}",
                    Assignment = [.. Enumerable.Range(0, 10).Select(i => (byte)(i < first ? SplitPart.Train : SplitPart.Test))],
                    Hash = $"split {first}",
                    TestSetHash = $"test {first}",
                    TestCount = 10 - first,
                    TrainCount = first,
                    CountsJson = "{}",
                    CreatedAt = at,
                };
                db.Add(split);
                await db.SaveChangesAsync(ct);
                var data = new DataSpec { DatasetVersionId = version.Id, SplitId = split.Id, DatasetHash = "ten", SplitHash = split.Hash };
                var spec = Recipes.All[0].CreateSpec(data, 2, seed: first);
                var run = new Run
                {
                    Experiment = LabSeed.ExperimentOf(spec, at),
                    Name = split.Name,
                    Status = RunStatus.Succeeded,
                    CreatedAt = at,
                    TestSetHash = split.TestSetHash,
                    TestCount = split.TestCount,
                };
                db.Add(run);
                await db.SaveChangesAsync(ct);
                runs.Add(run);
                db.Add(Scores(run, version, PredictionScope.Test, split.TestSetHash, first, wrong: []));
                if (first == 6) db.Add(Scores(run, version, PredictionScope.TestOf(runs[0].Experiment!.SplitId), "test 4", 4, wrong: [6, 9]));
            }
            await db.SaveChangesAsync(ct);
            return (runs[0].Id, runs[1].Id);

            PredictionSet Scores(Run run, DatasetVersion of, string scope, string hash, int from, int[] wrong)
            {
                var images = Enumerable.Range(from, 10 - from).ToList();
                var predictions = new Predictions
                {
                    Labels = of.ClassNames,
                    Truth = [.. images.Select(i => i % 2)],
                    Probabilities = [.. images.SelectMany(i => (i % 2 == 0) != wrong.Contains(i) ? new[] { 0.9f, 0.1f } : [0.1f, 0.9f])],
                };
                return new() { RunId = run.Id, DatasetVersionId = of.Id, Scope = scope, SetHash = hash, Count = images.Count, Blob = PredictionBlob.Write(predictions), At = at };
            }
        }
    }
}
