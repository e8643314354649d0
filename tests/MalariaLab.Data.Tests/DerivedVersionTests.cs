using System.Text.Json;
using MalariaLab.Core;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Jobs;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Jobs;
using MalariaLab.Data.Runs;

namespace MalariaLab.Data.Tests;

public sealed class DerivedVersionsOnSqlite(PostgresServer postgres) : DerivedVersionTests(LabDatabase.Sqlite, postgres);

public sealed class DerivedVersionsOnPostgres(PostgresServer postgres) : DerivedVersionTests(LabDatabase.Postgres, postgres);

public abstract class DerivedVersionTests(LabDatabase provider, PostgresServer postgres)
{
    [Fact]
    public async Task Create_WithExclusionsAndLabels_LeavesTheOldVersionItsSplitsAndRuns()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var old = await lab.ImportAsync("cells", 200);
        var splitId = await lab.Get<SplitCommands>().CreateAsync(old.Id, new SplitPlan(), "by patient", Seeds.Ana);
        var oldSplit = (await lab.Get<DatasetQueries>().SplitsAsync(old.Id)).Single();
        await lab.QueuedRunAsync((old, oldSplit));

        var made = await lab.Get<DerivedVersions>().CreateAsync(
            new() { ParentVersionId = old.Id, Exclude = [0, 7], Relabel = new Dictionary<int, int> { [1] = 0, [3] = 1 }, Reason = " blurred " }, Seeds.Ana);

        var queries = lab.Get<DatasetQueries>();
        var version = (await queries.VersionAsync(made.VersionId))!;
        Assert.Equal((2, DatasetVersionStatus.Ready, 198, old.Id, "blurred"), (version.Number, version.Status, version.ImageCount, version.ParentVersionId, version.Note));
        Assert.Equal([100, 98], version.ClassCounts);
        Assert.Equal((old.PositiveClass, old.GroupRule, old.GroupCount), (version.PositiveClass, version.GroupRule, version.GroupCount));
        Assert.NotEqual(old.ContentHash, version.ContentHash);
        var summary = VersionSummary.Read(version.ChangesJson)!;
        Assert.Equal((2, 1, 0, "blurred"), (summary.Excluded, summary.Relabelled, summary.Added, summary.Reason));
        Assert.Equal(["by patient"], summary.SplitsCarried);

        var images = (await queries.GalleryAsync(version.Id, new GalleryFilter { Take = 500 })).Items;
        Assert.Equal(Enumerable.Range(0, 198), images.Select(i => i.Ordinal));
        Assert.Equal(0, images.Single(i => i.Path == "cells/Image0001.png").Label);
        Assert.DoesNotContain(images, i => i.Path == "cells/Image0007.png");

        var split = (await queries.SplitsAsync(version.Id)).Single();
        Assert.Equal(splitId, JsonSerializer.Deserialize<SplitPlan>(split.PlanJson, SpecJson.Options)!.CarriedFrom);
        Assert.All(images, i => Assert.Equal(oldSplit.Assignment[int.Parse(i.Path[11..15], null)], split.Assignment[i.Ordinal]));
        Assert.Equal(ContentHashes.Split([.. images.Select(i => new SplitItem(i.Sha256, i.Label, i.Group, i.GivenPart))], split.Assignment), split.Hash);

        var after = (await queries.VersionAsync(old.Id))!;
        Assert.Equal((old.ContentHash, old.ImageCount), (after.ContentHash, after.ImageCount));
        Assert.Equal(oldSplit.Hash, (await queries.SplitsAsync(old.Id)).Single().Hash);
        await using var db = lab.Db();
        Assert.Equal(200, await db.DatasetImages.CountAsync(i => i.VersionId == old.Id));
        Assert.Equal("dataset.derive", (await db.AuditEntries.SingleAsync()).Action);
    }

    [Fact]
    public async Task Create_BesideASplitWithoutATest_TakesItOver()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var old = await lab.ImportAsync("cells", 200);
        await lab.Get<SplitCommands>().CreateAsync(old.Id, new SplitPlan { TrainPercent = 90, ValidationPercent = 10, TestPercent = 0 }, "no test", Seeds.Ana);
        var made = await lab.Get<DerivedVersions>().CreateAsync(new() { ParentVersionId = old.Id, Exclude = [0], Reason = "blurred" }, Seeds.Ana);
        Assert.Equal("no test", Assert.Single(await lab.Get<DatasetQueries>().SplitsAsync(made.VersionId)).Name);
    }

    [Fact]
    public async Task Create_ThatCannotBe_IsRefusedAndLeavesNothing()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var old = await lab.ImportAsync("cells", 40);
        async Task RefusedAsync(VersionChanges changes, string because)
        {
            var refused = await Assert.ThrowsAsync<ExplainedException>(() => lab.Get<DerivedVersions>().CreateAsync(changes, Seeds.Ana));
            Assert.Contains(because, refused.Message, StringComparison.Ordinal);
        }

        await RefusedAsync(new() { ParentVersionId = old.Id, Relabel = new Dictionary<int, int> { [0] = 0 } }, "the same as the old one");
        await RefusedAsync(new() { ParentVersionId = old.Id, Exclude = [40] }, "images 0 to 39, not 40");
        await RefusedAsync(new() { ParentVersionId = old.Id, Relabel = new Dictionary<int, int> { [0] = 2 } }, "classes 0 to 1");
        await RefusedAsync(new() { ParentVersionId = old.Id, Exclude = [.. Enumerable.Range(0, 18).Select(i => 2 * i)] }, "class Parasitized has 2 images");
        await RefusedAsync(new() { ParentVersionId = 999, Exclude = [0] }, "no dataset version 999");
        Assert.Single(await lab.Get<DatasetQueries>().VersionsAsync(old.DatasetId));
    }

    [Fact]
    public async Task Diff_OfTwoVersions_NamesWhatWasRemovedRelabelledAndAdded()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var old = await lab.ImportAsync("cells", 40);
        var made = await lab.Get<DerivedVersions>().CreateAsync(new() { ParentVersionId = old.Id, Exclude = [4], Relabel = new Dictionary<int, int> { [6] = 1 } }, Seeds.Ana);
        var diffs = lab.Get<VersionDiffs>();
        var diff = await diffs.CompareAsync(old.Id, made.VersionId);
        Assert.Equal("cells/Image0004.png", Assert.Single(diff.Removed).Path);
        Assert.Empty(diff.Added);
        Assert.Equal(new RelabelledImage(5, "cells/Image0006.png", "Parasitized", "Uninfected"), Assert.Single(diff.Relabelled));
        Assert.Equal([("Parasitized", 20, 18), ("Uninfected", 20, 21)], diff.Classes);
        Assert.Equal("cells/Image0004.png", Assert.Single((await diffs.CompareAsync(made.VersionId, old.Id)).Added).Path);
    }

    [Fact]
    public async Task Import_ThatFailed_CanBeTriedAgainAndFillsTheVersion()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var import = new NewImport { Name = "cells", Source = ImportSource.Inbox, OriginalName = "x.zip", StoredName = "x.zip" };
        var started = await lab.Get<DatasetCommands>().StartImportAsync(import, Seeds.Ana);
        var first = await lab.ClaimAsync(started);
        await lab.Get<DatasetVersionWriter>().FailAsync(first, started.VersionId, "It is missing.");
        await lab.Get<TaskExecution>().EndAsync(first.Id, first.Ticket, LabTaskStatus.Failed, "It is missing.");
        await lab.Get<LabTasks>().RetryAsync(started.TaskId);
        var second = await lab.ClaimAsync(started);
        await using (var pack = lab.Get<Store.ContentStore>().BeginWrite())
        {
            for (var i = 0; i < 40; i++) pack.Add(TestVersions.Sha(TestVersions.Content(i)), TestVersions.Content(i));
            await lab.Get<DatasetVersionWriter>().CompleteAsync(second, started.VersionId, TestVersions.Manifest(40), pack);
        }
        Assert.Equal(DatasetVersionStatus.Ready, (await lab.Get<DatasetQueries>().VersionAsync(started.VersionId))!.Status);
    }

    [Fact]
    public async Task Import_AndRun_WhoseCallerLeavesAfterTheCommit_StayQueued()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        using var caller = new CancellationTokenSource();
        await lab.Get<DatasetCommands>().StartImportAsync(new NewImport { Name = "cells", Source = ImportSource.Sample, OriginalName = "x" }, Seeds.Ana, caller.Token);
        await lab.Get<LabTasks>().EnsureAsync(new NewTask(JobKind.Statistics, "Statistics", 1), Seeds.Ana, caller.Token);
        var data = await lab.DataAsync("others");
        var run = await lab.Get<RunCommands>().CreateAsync(new NewRun { Spec = Seeds.Spec(data.Version, data.Split), Name = "run" }, Seeds.Ana, caller.Token);
        await lab.Get<RunCommands>().EnqueueAsync(run, Seeds.Ana, caller.Token);
        Assert.Equal(3, lab.Get<FakeScheduler>().Jobs.Count);
        Assert.False(lab.Get<FakeScheduler>().CanBeCalledOff);
    }

    [Fact]
    public async Task Cancel_OfAWaitingImport_DeletesItsUploadAndEndsTheVersion()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var upload = lab.Get<LabPaths>().NewUpload("x.zip");
        await File.WriteAllTextAsync(upload, "zip");
        var started = await lab.Get<DatasetCommands>().StartImportAsync(
            new NewImport { Name = "cells", Source = ImportSource.Upload, OriginalName = "x.zip", StoredName = Path.GetFileName(upload) }, Seeds.Ana);
        await lab.Get<LabTasks>().CancelAsync(started.TaskId, Seeds.Ana);
        Assert.False(File.Exists(upload));
        // Without its file it can't be tried again, and stays as it is.
        Assert.Equal("x.zip", await lab.Get<LabTasks>().MissingUploadAsync((await lab.Get<LabTasks>().FindAsync(started.TaskId))!));
        var refused = await Assert.ThrowsAsync<ExplainedException>(() => lab.Get<LabTasks>().RetryAsync(started.TaskId));
        Assert.StartsWith("x.zip was deleted", refused.Message, StringComparison.Ordinal);
        Assert.Equal(LabTaskStatus.Canceled, (await lab.Get<LabTasks>().FindAsync(started.TaskId))!.Status);
        Assert.Equal(DatasetVersionStatus.Failed, (await lab.Get<DatasetQueries>().VersionAsync(started.VersionId))!.Status);

        // The next attempt gets the name; what failed waits in the trash.
        var request = new NewImport { Name = "cells", Source = ImportSource.Upload, OriginalName = "x.zip" };
        var again = await lab.Get<DatasetCommands>().StartImportAsync(request, Seeds.Ana);
        Assert.Equal(again.DatasetId, Assert.Single(await lab.Get<DatasetQueries>().ListAsync()).Dataset.Id);
        Assert.Equal(started.DatasetId, Assert.Single(await lab.Get<DatasetQueries>().ListAsync(trashed: true)).Dataset.Id);
        await Assert.ThrowsAsync<ExplainedException>(() => lab.Get<DatasetCommands>().StartImportAsync(request, Seeds.Ana));
    }
}
