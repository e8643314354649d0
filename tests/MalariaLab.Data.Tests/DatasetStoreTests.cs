using MalariaLab.Core;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Jobs;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Jobs;
using MalariaLab.Data.Runs;
using MalariaLab.Data.Store;

using static MalariaLab.Data.Tests.TestVersions;

namespace MalariaLab.Data.Tests;

public sealed class DatasetStoreOnSqlite(PostgresServer postgres) : DatasetStoreTests(LabDatabase.Sqlite, postgres);

public sealed class DatasetStoreOnPostgres(PostgresServer postgres) : DatasetStoreTests(LabDatabase.Postgres, postgres);

public abstract class DatasetStoreTests(LabDatabase provider, PostgresServer postgres)
{
    [Fact]
    public async Task Import_Committed_GivesEveryByteBackAndAHashOfContentsOnly()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var version = await lab.ImportAsync("cells", 1200);
        var store = lab.Get<ContentStore>();
        var locations = await store.LocateVersionAsync(version.Id);
        Assert.Equal(1200, locations.Count);
        for (var i = 0; i < locations.Count; i += 100) Assert.Equal(Content(i), store.Read(locations[i]));
        Assert.Equal(Content(7), await store.ReadAsync(Sha(Content(7))));
        Assert.Equal((DatasetVersionStatus.Ready, 1200, 40, 64), (version.Status, version.ImageCount, version.GroupCount, version.ContentHash.Length));
        Assert.Equal([600, 600], version.ClassCounts);
        Assert.Equal(1, (await lab.Get<DatasetQueries>().RefusalsAsync(version.Id, "corrupt", -1, 10)).Total);

        var again = await lab.ImportAsync("the same under another name", 1200);
        Assert.Equal(version.ContentHash, again.ContentHash);
        Assert.Single(Packs(lab));
    }

    [Fact]
    public async Task Imports_OfOneNameAtOnce_OneIsMadeAndTheOthersAreToldWhy()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var import = new NewImport { Name = "cells", Source = ImportSource.Upload, OriginalName = "x.zip" };
        var asked = Enumerable.Range(0, 8)
            .Select(_ => Task.Run(() => lab.Get<DatasetCommands>().StartImportAsync(import, Seeds.Ana)))
            .ToList();
        await Task.WhenAll(asked).ContinueWith(_ => { }, TaskScheduler.Default);
        Assert.Single(asked.Select(t => t.IsCompletedSuccessfully), made => made);
        Assert.All(asked.Where(t => t.IsFaulted), t => Assert.Contains("cells", Assert.IsType<ExplainedException>(t.Exception!.InnerException).Message));
    }

    [Fact]
    public async Task Versions_OfOneDatasetAtOnce_GetNumbersOfTheirOwn()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var first = await lab.ImportAsync("cells", 40);
        var made = await Task.WhenAll(Enumerable.Range(0, 6)
            .Select(i => new VersionChanges { ParentVersionId = first.Id, Exclude = [i], Reason = "blurred" })
            .Select(changes => Task.Run(() => lab.Get<DerivedVersions>().CreateAsync(changes, Seeds.Ana))));
        Assert.Equal([2, 3, 4, 5, 6, 7], made.Select(m => m.Number).Order());
    }

    [Fact]
    public async Task PositiveClass_OfAVersionThatARunWasEvaluatedOn_Stays()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var run = await lab.QueuedRunAsync("run");
        var (other, _) = await lab.DataAsync("other cells");
        await using var db = lab.Db();
        db.Evaluations.Add(new EvaluationRow
        {
            RunId = run.Id,
            DatasetVersionId = other.Id,
            Scope = PredictionScope.All,
            SetHash = other.ContentHash,
            ReportJson = "{}",
            At = lab.Time.GetUtcNow(),
        });
        await db.SaveChangesAsync();
        var refused = await Assert.ThrowsAsync<ExplainedException>(() => lab.Get<DatasetCommands>().SetPositiveClassAsync(other.Id, 1));
        Assert.Contains("Runs have used this version", refused.Message);
    }

    [Fact]
    public async Task Import_AfterItsTaskWasTakenAway_WritesNothing()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var (started, job) = await StartAsync(lab, "cells");
        await lab.Get<TaskExecution>().EndAsync(job.Id, job.Ticket, LabTaskStatus.Interrupted);
        await using (var pack = lab.Get<ContentStore>().BeginWrite())
        {
            pack.Add(Sha(Content(0)), Content(0));
            await Assert.ThrowsAsync<OwnershipLostException>(() => lab.Get<DatasetVersionWriter>().CompleteAsync(job, started.VersionId, Manifest(1), pack));
        }
        await using var db = lab.Db();
        Assert.False(await db.Blobs.AnyAsync() || await db.DatasetImages.AnyAsync());
        Assert.Empty(Packs(lab));
        Assert.Equal(DatasetVersionStatus.Importing, (await db.DatasetVersions.SingleAsync()).Status);
    }

    [Fact]
    public async Task Purge_OfADataset_FreesTheDiskButNotWhatOthersUse()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var big = await lab.ImportAsync("big", 100);
        await lab.ImportAsync("part of it", 20);
        var before = Packs(lab).Sum(p => p.Length);
        var commands = lab.Get<DatasetCommands>();
        await Assert.ThrowsAsync<ExplainedException>(() => commands.PurgeAsync(big.DatasetId, Seeds.Ana));
        await commands.TrashAsync(big.DatasetId);

        var freed = await commands.PurgeAsync(big.DatasetId, Seeds.Ana);

        Assert.Equal(before - Packs(lab).Sum(p => p.Length), freed);
        Assert.InRange(Packs(lab).Sum(p => p.Length), 1, before / 4);
        Assert.Equal(Content(19), await lab.Get<ContentStore>().ReadAsync(Sha(Content(19))));
        await Assert.ThrowsAsync<ExplainedException>(() => lab.Get<ContentStore>().ReadAsync(Sha(Content(99))));
    }

    [Fact]
    public async Task Read_OfAPlaceThatACompactionHasMoved_FindsItAgain()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var all = await lab.ImportAsync("all", 1000);
        // Its contents lie in the pack of the first.
        var some = await lab.ImportAsync("some", 100);
        var store = lab.Get<ContentStore>();
        var places = await store.LocateVersionAsync(some.Id);

        await lab.Get<DatasetCommands>().TrashAsync(all.DatasetId);
        await lab.Get<DatasetCommands>().PurgeAsync(all.DatasetId, Seeds.Ana);

        Assert.False(File.Exists(places[0].File));
        Assert.All(places.Index(), place => Assert.Equal(Content(place.Index), store.Read(place.Item)));
        Assert.Throws<FileNotFoundException>(() => store.Read(places[0] with { Sha256 = new string('0', 64) }));
    }

    [Fact]
    public async Task Purge_OfADatasetWithRuns_IsRefusedWithTheirNumber()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var data = await lab.DataAsync();
        await lab.QueuedRunAsync(data);
        var commands = lab.Get<DatasetCommands>();
        await commands.TrashAsync(data.Version.DatasetId);
        var refused = await Assert.ThrowsAsync<ExplainedException>(() => commands.PurgeAsync(data.Version.DatasetId, Seeds.Ana));
        Assert.Contains("used by 1 runs", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_OfAPackThatWasCutShort_SaysWhatToDo()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        await lab.ImportAsync("cells", 10);
        await using (var file = Assert.Single(Packs(lab)).OpenWrite()) file.SetLength(3);
        var failed = await Assert.ThrowsAsync<ExplainedException>(() => lab.Get<ContentStore>().ReadAsync(Sha(Content(9))));
        Assert.Contains("missing or cut short", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Split_ByPatient_StoresAnAssignmentThatLeaksNothing()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var version = await lab.ImportAsync("cells", 400);
        var commands = lab.Get<SplitCommands>();
        await commands.CreateAsync(version.Id, new SplitPlan { Unit = SplitUnit.Group }, "by patient", Seeds.Ana);
        await commands.CreateAsync(version.Id, new SplitPlan { Unit = SplitUnit.Image }, "by image", Seeds.Ana);
        await Assert.ThrowsAsync<ExplainedException>(() => commands.CreateAsync(version.Id, new SplitPlan(), "by image", Seeds.Ana));

        var splits = await lab.Get<DatasetQueries>().SplitsAsync(version.Id);
        Assert.Equal(0, splits[0].LeakingGroups);
        Assert.InRange(splits[1].LeakingGroups, 1, 40);
        Assert.NotEqual(splits[0].TestSetHash, splits[1].TestSetHash);
        Assert.All(splits, s => Assert.Equal(400, s.TrainCount + s.ValidationCount + s.TestCount));
        var test = await lab.Get<DatasetQueries>().GalleryAsync(version.Id, new GalleryFilter { SplitId = splits[0].Id, Part = SplitPart.Test, Take = 500 });
        Assert.Equal(splits[0].TestCount, test.Total);
        Assert.All(test.Items, image => Assert.Equal((byte)SplitPart.Test, splits[0].Assignment[image.Ordinal]));
    }

    [Fact]
    public async Task Splits_OfACrossValidation_AreMadeAllOrNone()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var version = await lab.ImportAsync("cells", 200);
        var commands = lab.Get<SplitCommands>();
        await commands.CreateAsync(version.Id, new SplitPlan(), "cv, fold 3", Seeds.Ana);
        var plan = new SplitPlan { Folds = 4 };
        var refusal = await Assert.ThrowsAsync<ExplainedException>(() => commands.CreateAsync(version.Id, plan.EachFold(" cv "), Seeds.Ana));
        Assert.Contains("a split cv, fold 3 already", refusal.Message);
        Assert.Equal("cv, fold 3", Assert.Single(await lab.Get<DatasetQueries>().SplitsAsync(version.Id)).Name);

        var made = await commands.CreateAsync(version.Id, plan.EachFold("other"), Seeds.Ana);
        var stored = (await lab.Get<DatasetQueries>().SplitsAsync(version.Id)).Where(s => made.Contains(s.Id)).ToList();
        Assert.Equal(["other, fold 1", "other, fold 2", "other, fold 3", "other, fold 4"], made.Select(id => stored.Single(s => s.Id == id).Name));
        // Every image is tested once.
        Assert.All(Enumerable.Range(0, 200), i => Assert.Single(stored, s => s.Assignment[i] == (byte)SplitPart.Test));
    }

    [Fact]
    public async Task Gallery_Filtered_PagesInManifestOrder()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var version = await lab.ImportAsync("cells", 400);
        var queries = lab.Get<DatasetQueries>();
        var page = await queries.GalleryAsync(version.Id, new GalleryFilter { Label = 1, Skip = 60, Take = 60 });
        Assert.Equal(200, page.Total);
        Assert.Equal(Enumerable.Range(60, 60).Select(i => (2 * i) + 1), page.Items.Select(i => i.Ordinal));
        Assert.Equal(0, (await queries.GalleryAsync(version.Id, new GalleryFilter { Skip = -5, Take = 1 })).Items.Single().Ordinal);
        Assert.Equal(10, (await queries.GalleryAsync(version.Id, new GalleryFilter { Group = "P3" })).Total);
        Assert.Equal(1, (await queries.GalleryAsync(version.Id, new GalleryFilter { Text = "IMAGE0017." })).Total);
    }

    private static async Task<(StartedImport Started, JobContext Job)> StartAsync(TestLab lab, string name)
    {
        var started = await lab.Get<DatasetCommands>().StartImportAsync(new NewImport { Name = name, Source = ImportSource.Upload, OriginalName = "x.zip" }, Seeds.Ana);
        return (started, await lab.ClaimAsync(started));
    }

    private static FileInfo[] Packs(TestLab lab) => new DirectoryInfo(lab.Get<LabPaths>().Store).GetFiles("*.pack");
}
