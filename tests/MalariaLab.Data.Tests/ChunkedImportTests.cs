using System.Collections;
using MalariaLab.Core.Jobs;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Store;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using static MalariaLab.Data.Tests.TestVersions;

namespace MalariaLab.Data.Tests;

public sealed class ChunkedImportOnSqlite(PostgresServer postgres) : ChunkedImportTests(LabDatabase.Sqlite, postgres)
{
    [Fact]
    public async Task Complete_BetweenTwoChunks_LetsAnotherWriterIn()
    {
        await using var lab = await TestLab.CreateAsync(LabDatabase.Sqlite, Postgres);
        var (started, job) = await StartAsync(lab);
        // The list is read chunk by chunk, so that its second thousand is asked for when the first is committed.
        var written = false;
        var content = Manifest(Images) with { Images = new WatchedList(Manifest(Images).Images, at: 1500, () => written |= Write(lab)) };
        await using var pack = Pack(lab);

        await lab.Get<DatasetVersionWriter>().CompleteAsync(job, started.VersionId, content, pack);

        Assert.True(written);
        Assert.Equal(Images, (await lab.Get<DatasetQueries>().VersionAsync(started.VersionId))!.ImageCount);
    }

    [Fact]
    public async Task Complete_WhileTheDatabaseIsLocked_WaitsAndSucceeds()
    {
        await using var lab = await TestLab.CreateAsync(LabDatabase.Sqlite, Postgres);
        var (started, job) = await StartAsync(lab);
        await using var pack = Pack(lab);
        await using var connection = new SqliteConnection($"Data Source={lab.Get<LabPaths>().LabDb}");
        await connection.OpenAsync();
        Task importing;
        await using (await connection.BeginTransactionAsync())
        {
            importing = Task.Run(() => lab.Get<DatasetVersionWriter>().CompleteAsync(job, started.VersionId, Manifest(Images), pack));
            await Task.Delay(300);
            Assert.False(importing.IsCompleted);
        }

        await importing;
        Assert.Equal(DatasetVersionStatus.Ready, (await lab.Get<DatasetQueries>().VersionAsync(started.VersionId))!.Status);
    }

    // Without patience: a locked database is an error soon. True when a part of the manifest is there.
    private static bool Write(TestLab lab)
    {
        using var connection = new SqliteConnection($"Data Source={lab.Get<LabPaths>().LabDb};Pooling=False;Default Timeout=1");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "UPDATE \"ChangeCounters\" SET \"Value\" = \"Value\" + 1";
        command.ExecuteNonQuery();
        command.CommandText = "SELECT count(*) FROM \"DatasetImages\"";
        return (long)command.ExecuteScalar()! is > 0 and < Images;
    }

    private sealed class WatchedList(IReadOnlyList<DatasetImage> images, int at, Action look) : IReadOnlyList<DatasetImage>
    {
        public int Count => images.Count;

        public DatasetImage this[int index] => images[index];

        public IEnumerator<DatasetImage> GetEnumerator()
        {
            for (var i = 0; i < images.Count; i++)
            {
                if (i == at) look();
                yield return images[i];
            }
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}

public sealed class ChunkedImportOnPostgres(PostgresServer postgres) : ChunkedImportTests(LabDatabase.Postgres, postgres);

/// <summary>A manifest is stored in several transactions: what another sees of it, and what becomes of one that was cut off.</summary>
public abstract class ChunkedImportTests(LabDatabase provider, PostgresServer postgres)
{
    private protected const int Images = 2500;

    private protected PostgresServer Postgres => postgres;

    [Fact]
    public async Task Complete_AfterAnAttemptThatWasKilledHalfWay_ShowsNothingBeforeAndEverythingAfter()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var (started, job) = await StartAsync(lab);
        await CutOffAsync(lab, job, started.VersionId);
        var queries = lab.Get<DatasetQueries>();

        Assert.Equal((DatasetVersionStatus.Importing, 0, ""), await StateAsync(queries, started.VersionId));
        Assert.Empty((await queries.GalleryAsync(started.VersionId, new() { Take = 10 })).Items);
        Assert.Equal(0, (await queries.GalleryAsync(started.VersionId, new() { Label = 1, Take = 10 })).Total);
        Assert.Null(await queries.ImageAsync(started.VersionId, 0));
        // Contents that the rows name are no waste, nor is their half-named pack.
        Assert.Equal(0, await lab.Get<ContentStore>().CollectGarbageAsync());

        await using (var pack = Pack(lab)) await lab.Get<DatasetVersionWriter>().CompleteAsync(job, started.VersionId, Manifest(Images), pack);

        Assert.Equal((DatasetVersionStatus.Ready, Images), ((await StateAsync(queries, started.VersionId)).Status, (await StateAsync(queries, started.VersionId)).Images));
        var store = lab.Get<ContentStore>();
        var locations = await store.LocateVersionAsync(started.VersionId);
        Assert.Equal(Enumerable.Range(0, Images).Select(i => Sha(Content(i))), locations.Select(place => Sha(store.Read(place))));
    }

    [Fact]
    public async Task Fail_AfterHalfTheRows_LeavesNoneAndFreesTheStore()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var (started, job) = await StartAsync(lab);
        await CutOffAsync(lab, job, started.VersionId);

        await lab.Get<DatasetVersionWriter>().FailAsync(job, started.VersionId, "The import was canceled.");

        await AssertNothingIsLeftAsync(lab);
    }

    [Fact]
    public async Task Housekeeping_AfterAnImportThatEndedWithoutItsWorker_TakesItsRowsOut()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var (started, job) = await StartAsync(lab);
        await CutOffAsync(lab, job, started.VersionId);
        await using (var db = lab.Db())
            await db.DatasetVersions.Where(v => v.Id == started.VersionId).ExecuteUpdateAsync(set => set.SetProperty(v => v.Status, DatasetVersionStatus.Failed));

        await lab.Get<Housekeeping>().PassAsync(atStart: false);

        await AssertNothingIsLeftAsync(lab);
    }

    private protected static async Task<(StartedImport Started, JobContext Job)> StartAsync(TestLab lab)
    {
        var started = await lab.Get<DatasetCommands>().StartImportAsync(new NewImport { Name = "cells", Source = ImportSource.Upload, OriginalName = "x.zip" }, Seeds.Ana);
        return (started, await lab.ClaimAsync(started));
    }

    private protected static PackWriter Pack(TestLab lab)
    {
        var pack = lab.Get<ContentStore>().BeginWrite();
        for (var i = 0; i < Images; i++) pack.Add(Sha(Content(i)), Content(i));
        return pack;
    }

    // The database refuses an image of the third chunk, whose content nobody wrote; the rows before it are committed.
    private static async Task CutOffAsync(TestLab lab, JobContext job, long versionId)
    {
        var content = Manifest(Images);
        content.Images[^1].Sha256 = Sha(Content(Images + 1));
        await using (var pack = Pack(lab)) await Assert.ThrowsAsync<DbUpdateException>(() => lab.Get<DatasetVersionWriter>().CompleteAsync(job, versionId, content, pack));
        await using var db = lab.Db();
        Assert.Equal(2000, await db.DatasetImages.CountAsync());
    }

    private static async Task<(DatasetVersionStatus Status, int Images, string Hash)> StateAsync(DatasetQueries queries, long versionId)
    {
        var version = (await queries.VersionAsync(versionId))!;
        return (version.Status, version.ImageCount, version.ContentHash);
    }

    private static async Task AssertNothingIsLeftAsync(TestLab lab)
    {
        await lab.Get<ContentStore>().CollectGarbageAsync();
        await using var db = lab.Db();
        Assert.False(await db.DatasetImages.AnyAsync() || await db.Blobs.AnyAsync() || await db.BlobPacks.AnyAsync());
        Assert.Empty(Directory.EnumerateFiles(lab.Get<LabPaths>().Store));
    }
}
