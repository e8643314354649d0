using MalariaLab.Core.Datasets;
using MalariaLab.Core.Evaluation;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Jobs;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using MalariaLab.Web.Features.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MalariaLab.Web.Tests.Runs;

/// <summary>What the tabs of the run page read of stored predictions and explanations.</summary>
public sealed class RunScoresTests(RunScoresTests.SeededLab lab) : IClassFixture<RunScoresTests.SeededLab>
{
    [Fact]
    public async Task Scores_OfBothParts_MeetTheirImagesAndPatients()
    {
        var view = lab.View;
        var scores = lab.Services.GetRequiredService<RunScores>();
        var test = await scores.FindAsync(view, PredictionScope.Test);
        var validation = await scores.FindAsync(view, PredictionScope.Validation);

        Assert.Equal([1, 4, 7], test!.Ordinals);
        Assert.Equal([2, 5, 8], validation!.Ordinals);
        Assert.Equal(["P1", "P0", "P1"], test.Predictions.Groups);
        Assert.True(test.HasGroups);
        Assert.Equal(0.9f, test.Predictions.Probabilities[0]);
        Assert.Equal(0, test.Positive);
        Assert.Same(test, await scores.FindAsync(view, PredictionScope.Test));
        Assert.Null(await scores.FindAsync(view, PredictionScope.All));
    }

    [Fact]
    public async Task Explanation_AskedBefore_IsFoundForThatImageAndClassOnly()
    {
        var view = lab.View;
        await using var db = await lab.Contexts.CreateDbContextAsync(TestContext.Current.CancellationToken);
        db.Tasks.Add(new LabTask
        {
            Kind = JobKind.Explanation,
            Status = LabTaskStatus.Succeeded,
            Title = "Grad-CAM",
            SubjectId = view.Run.Id,
            PayloadJson = System.Text.Json.JsonSerializer.Serialize(new ExplanationPayload(["abc"], 1), SpecJson.Options),
            ResultJson = System.Text.Json.JsonSerializer.Serialize(new PredictionResult(["a", "b"], [new("abc", ExplainedClass: 1, HeatMapPng: [1, 2])]), SpecJson.Options),
        });
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        var explanations = lab.Services.GetRequiredService<Explanations>();
        Assert.Equal([1, 2], (await explanations.KnownAsync(view.Run.Id, "abc", 1))!.HeatMapPng!);
        Assert.Null(await explanations.KnownAsync(view.Run.Id, "abc", 0));
        Assert.Null(await explanations.KnownAsync(view.Run.Id + 1, "abc", 1));
    }

    [Fact]
    public async Task Log_ReadOn_GivesWholeNewLinesOnly()
    {
        var (views, id) = (lab.Services.GetRequiredService<RunViews>(), lab.View.Run.Id);
        Assert.Equal(("", 0), await views.LogAsync(id));
        var path = lab.Services.GetRequiredService<LabPaths>().RunLog(id);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, "epoch 1 ü\nepo", TestContext.Current.CancellationToken);
        var (first, end) = await views.LogAsync(id);
        Assert.Equal("epoch 1 ü\n", first);
        Assert.Equal("", (await views.LogAsync(id, end)).Text);
        await File.AppendAllTextAsync(path, "ch 2\n", TestContext.Current.CancellationToken);
        Assert.Equal("epoch 2\n", (await views.LogAsync(id, end)).Text);

        await File.WriteAllLinesAsync(path, Enumerable.Range(0, 20_000).Select(i => $"line {i}"), TestContext.Current.CancellationToken);
        var (tail, _) = await views.LogAsync(id);
        Assert.StartsWith("line ", tail);
        Assert.EndsWith("line 19999\n", tail);
        Assert.True(tail.Length <= RunViews.LogBytes);
    }

    /// <summary>A finished run with nine images, dealt to the parts in turn, of two patients and one unknown.</summary>
    public sealed class SeededLab : IAsyncLifetime
    {
        private readonly LabFactory factory = new();

        public IServiceProvider Services => factory.Services;

        public IDbContextFactory<LabDbContext> Contexts => Services.GetRequiredService<IDbContextFactory<LabDbContext>>();

        public RunView View { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            var now = DateTimeOffset.UtcNow;
            await using var db = await Contexts.CreateDbContextAsync();
            var run = (await LabSeed.FillAsync(db, 6, now))[^1];
            var experiment = (await db.Runs.Include(r => r.Experiment!.Split).SingleAsync(r => r.Id == run)).Experiment!;
            experiment.Split!.Assignment = [.. Enumerable.Range(0, 9).Select(i => (byte)(i % 3 == 0 ? SplitPart.Train : i % 3 == 1 ? SplitPart.Test : SplitPart.Validation))];
            var pack = new BlobPack { FileName = "seed" };
            db.Add(pack);
            await db.SaveChangesAsync();
            for (var i = 0; i < 9; i++)
            {
                var sha = new string('0', 63) + i;
                db.Add(new Blob { Sha256 = sha, PackId = pack.Id });
                db.Add(new DatasetImage
                {
                    VersionId = experiment.DatasetVersionId,
                    Ordinal = i,
                    Path = $"{i}.png",
                    Sha256 = sha,
                    Label = i % 2,
                    Group = i == 8 ? null : $"P{i % 2}",
                });
            }
            await db.PredictionSets.Where(s => s.RunId == run).ExecuteDeleteAsync();
            foreach (var scope in (string[])[PredictionScope.Test, PredictionScope.Validation])
            {
                var predictions = new Predictions { Labels = ["Parasitized", "Uninfected"], Truth = [1, 0, 1], Probabilities = [0.9f, 0.1f, 0.8f, 0.2f, 0.3f, 0.7f] };
                db.Add(new PredictionSet
                {
                    RunId = run,
                    DatasetVersionId = experiment.DatasetVersionId,
                    Scope = scope,
                    SetHash = "h",
                    Count = 3,
                    Blob = PredictionBlob.Write(predictions),
                    At = now,
                });
            }
            await db.SaveChangesAsync();
            View = (await Services.GetRequiredService<RunViews>().FindAsync(run))!;
        }

        public ValueTask DisposeAsync() => factory.DisposeAsync();
    }
}
