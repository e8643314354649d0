using MalariaLab.Core.Datasets;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Experiments;
using MalariaLab.Web.Features.Experiments;
using MalariaLab.Web.Tests.Datasets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MalariaLab.Web.Tests.Experiments;

public sealed class ExperimentOrdersTests : IAsyncLifetime
{
    private static readonly Actor Ada = new(null, "Ada");
    private readonly LabFactory lab = new();
    private ExperimentSpec spec = null!;

    public async ValueTask InitializeAsync()
    {
        var dataset = await DatasetSeed.AddAsync(lab.Services, "cells", 40);
        var splitId = await lab.Services.GetRequiredService<SplitCommands>().CreateAsync(dataset.VersionId, new SplitPlan { Unit = SplitUnit.Image }, "s", Ada);
        await using var db = await OpenAsync();
        var split = await db.Splits.Include(s => s.Version).SingleAsync(s => s.Id == splitId);
        var draft = ExperimentDraft.Of(Recipes.Get("lenet"));
        draft.SetData(new DataSpec { DatasetVersionId = dataset.VersionId, SplitId = splitId, DatasetHash = split.Version!.ContentHash, SplitHash = split.Hash }, 2);
        draft.Set("training.batchSize", "8");
        spec = draft.Spec;
    }

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    private Task<LabDbContext> OpenAsync() => lab.Services.GetRequiredService<IDbContextFactory<LabDbContext>>().CreateDbContextAsync();

    private ExperimentOrders Orders => lab.Services.GetRequiredService<ExperimentOrders>();

    [Fact]
    public async Task Queue_Once_IsOneQueuedRunWithTheSpec()
    {
        var id = Assert.Single(await Orders.QueueAsync(spec, 1, "first", 10, null, Ada));
        await using var db = await OpenAsync();
        var run = await db.Runs.Include(r => r.Experiment).SingleAsync(r => r.Id == id);
        Assert.Equal((RunStatus.Queued, "first", 10, null), (run.Status, run.Name, run.Priority, run.GroupId));
        Assert.Equal(SpecJson.Write(spec), run.Experiment!.SpecJson);
    }

    [Fact]
    public async Task Queue_WithThreeSeeds_IsAGroupOfThreeRuns()
    {
        var parent = (await Orders.QueueAsync(spec, 1, "first", 0, null, Ada))[0];
        var ids = await Orders.QueueAsync(spec, 3, "again", 0, parent, Ada);
        await using var db = await OpenAsync();
        var group = await db.RunGroups.SingleAsync();
        Assert.Equal((RunGroupKind.Seeds, "again"), (group.Kind, group.Name));
        var runs = await db.Runs.Include(r => r.Experiment).Where(r => ids.Contains(r.Id)).OrderBy(r => r.Id).ToListAsync();
        Assert.Equal([(42, "again, seed 42"), (43, "again, seed 43"), (44, "again, seed 44")], runs.Select(r => (r.Experiment!.Seed, r.Name)));
        Assert.All(runs, r => Assert.Equal((group.Id, parent, RunStatus.Queued), (r.GroupId, r.ParentRunId, r.Status)));
    }

    [Fact]
    public async Task Check_MoreThanTheDeviceHas_SaysHowMuchAndWhatTakesLess()
    {
        var facts = lab.Services.GetRequiredService<SpecFacts>();
        await using var db = await OpenAsync();
        db.Add(new WorkerNode
        {
            Name = "w",
            Session = "s",
            State = WorkerState.Idle,
            DeviceJson = """{"device":"cuda:1","memoryBytes":900000000000,"cuda":[{"index":0,"memoryBytes":900000000000},{"index":1,"memoryBytes":200000000}]}""",
        });
        await db.SaveChangesAsync();
        Assert.DoesNotContain(await facts.CheckAsync(spec), i => i.Field == "training.batchSize");
        var large = spec with { Architecture = spec.Architecture with { Size = 512 } };
        Assert.Contains("but the device has 0.2 GB", Assert.Single(await facts.CheckAsync(large), i => i.Field == "training.batchSize").Message);

        await db.Workers.ExecuteUpdateAsync(set => set.SetProperty(w => w.DeviceJson, """{"device":"cpu","memoryBytes":900000000000,"cuda":[]}"""));
        Assert.DoesNotContain(await facts.CheckAsync(large), i => i.Field == "training.batchSize");
    }

    [Theory]
    [InlineData("""{"device":"cpu","hasBFloat16":false}""", true)]
    [InlineData("""{"device":"cpu","hasBFloat16":true}""", false)]
    [InlineData("{}", false)]
    public async Task Check_BFloat16_DoubtsOnlyWhereNoDeviceHasIt(string machine, bool doubts)
    {
        await using var db = await OpenAsync();
        db.Add(new WorkerNode { Name = "w", Session = "s", State = WorkerState.Idle, DeviceJson = machine });
        await db.SaveChangesAsync();
        var half = spec with { Training = spec.Training with { Precision = Precision.BFloat16 } };
        Assert.Equal(doubts, (await lab.Services.GetRequiredService<SpecFacts>().CheckAsync(half)).Any(i => i.Field == "training.precision"));
    }

    [Fact]
    public async Task Queue_FromARunInTheTrash_IsRefused()
    {
        var parent = (await Orders.QueueAsync(spec, 1, "first", 0, null, Ada))[0];
        await using var db = await OpenAsync();
        await db.Runs.ExecuteUpdateAsync(set => set.SetProperty(r => r.Status, RunStatus.Succeeded));
        var next = spec with { Weights = new() { Source = WeightsSource.Run, RunId = parent } };
        Assert.Single(await Orders.QueueAsync(next, 1, "second", 0, null, Ada));

        await db.Runs.Where(r => r.Id == parent).ExecuteUpdateAsync(set => set.SetProperty(r => r.TrashedAt, DateTimeOffset.UnixEpoch));
        var refusal = await Assert.ThrowsAsync<SpecException>(() => Orders.QueueAsync(next, 1, "third", 0, null, Ada));
        Assert.Equal("weights.runId", refusal.Field);
        Assert.Contains("lies in its trash", refusal.Message);
    }

    [Fact]
    public async Task Queue_WhatCannotRun_QueuesNothingAndNamesTheField()
    {
        var refusal = await Assert.ThrowsAsync<SpecException>(() => Orders.QueueAsync(spec with { Training = spec.Training with { BatchSize = 4000 } }, 2, "no", 0, null, Ada));
        Assert.Equal("training.batchSize", refusal.Field);
        await using var db = await OpenAsync();
        Assert.Equal(0, await db.Runs.CountAsync());
        Assert.Equal(0, await db.RunGroups.CountAsync());
    }
}
