using MalariaLab.Core.Datasets;
using MalariaLab.Core.Evaluation;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using MalariaLab.Web.Features.Experiments;
using MalariaLab.Web.Features.Groups;
using MalariaLab.Web.Tests.Datasets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MalariaLab.Web.Tests.Experiments;

public sealed class FoldOrdersTests
{
    [Fact]
    public async Task QueueFolds_OfACrossValidation_QueuesOneRunAFoldAndPoolsTheirTests()
    {
        await using var lab = new LabFactory();
        var actor = new Actor(null, "Ada");
        var started = await DatasetSeed.AddAsync(lab.Services, "cells", 60);
        var splits = lab.Services.GetRequiredService<SplitCommands>();
        for (var fold = 0; fold < 4; fold++)
        {
            var plan = new SplitPlan { Method = SplitMethod.KFold, Folds = 4, Fold = fold, Unit = SplitUnit.Image, ValidationPercent = 10 };
            await splits.CreateAsync(started.VersionId, plan, $"fold {fold + 1}", actor);
        }
        var other = await splits.CreateAsync(started.VersionId, new SplitPlan { Unit = SplitUnit.Image }, "ratio", actor);
        var reader = lab.Services.GetRequiredService<ExperimentReader>();
        Assert.Empty(await reader.FoldsAsync(other));
        var folds = await reader.FoldsAsync(2);
        Assert.Equal([1, 2, 3, 4], folds.Select(f => f.SplitId));

        var spec = Recipes.All.First(r => r.Key == "lenet").CreateSpec(folds[0], 2);
        using var scope = lab.Services.CreateScope();
        var group = await scope.ServiceProvider.GetRequiredService<ExperimentOrders>().QueueFoldsAsync(spec, folds, "LeNet", 0, null, actor);

        await using var db = await lab.Services.GetRequiredService<IDbContextFactory<LabDbContext>>().CreateDbContextAsync();
        var runs = await db.Runs.Include(r => r.Experiment).Where(r => r.GroupId == group).OrderBy(r => r.Id).ToListAsync();
        Assert.Equal(["LeNet, fold 1", "LeNet, fold 2", "LeNet, fold 3", "LeNet, fold 4"], runs.Select(r => r.Name));
        Assert.Equal([1, 2, 3, 4], runs.Select(r => r.Experiment!.SplitId));
        Assert.All(runs, r => Assert.Equal(RunStatus.Queued, r.Status));

        var assignments = await db.Splits.ToDictionaryAsync(s => s.Id, s => s.Assignment);
        foreach (var (run, i) in runs.Select((run, i) => (run, i)))
        {
            // Fold 1 is all wrong, the others all right: a mean accuracy of 3/4.
            var truth = assignments[run.Experiment!.SplitId].Select((part, image) => (part, image)).Where(p => p.part == (byte)SplitPart.Test).Select(p => p.image % 2).ToArray();
            var predictions = new Predictions
            {
                Labels = ["Parasitized", "Uninfected"],
                Truth = truth,
                Probabilities = [.. truth.SelectMany(t => (t == 0) == (i > 0) ? new[] { .9f, .1f } : [.2f, .8f])],
            };
            run.Status = RunStatus.Succeeded;
            db.PredictionSets.Add(new()
            {
                RunId = run.Id,
                DatasetVersionId = started.VersionId,
                Scope = PredictionScope.Test,
                SetHash = "",
                Count = truth.Length,
                Blob = PredictionBlob.Write(predictions),
            });
            db.Evaluations.Add(new()
            {
                RunId = run.Id,
                DatasetVersionId = started.VersionId,
                Scope = PredictionScope.Test,
                SetHash = "",
                ReportJson = System.Text.Json.JsonSerializer.Serialize(Evaluator.Evaluate(predictions, 0), SpecJson.Options),
            });
        }
        await db.SaveChangesAsync();
        var view = (await lab.Services.GetRequiredService<GroupReader>().FindAsync(group))!;
        Assert.Equal((60, 60), view.PooledImages);
        Assert.Equal(60, view.Pooled!.N);
        Assert.Equal(60 - (view.Runs[0].Test!.N), view.Pooled.Confusion.Correct);
        var mean = view.Over(r => r.Accuracy)!;
        Assert.Equal((4, 0.75), (mean.N, mean.Mean));
        Assert.Equal(0.5, mean.StandardDeviation!.Value, 9);
        Assert.Null(await lab.Services.GetRequiredService<GroupReader>().FindAsync(99));
    }
}
