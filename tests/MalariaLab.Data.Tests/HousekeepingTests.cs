using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Store;

namespace MalariaLab.Data.Tests;

public sealed class HousekeepingOnSqlite(PostgresServer postgres) : HousekeepingTests(LabDatabase.Sqlite, postgres);

public sealed class HousekeepingOnPostgres(PostgresServer postgres) : HousekeepingTests(LabDatabase.Postgres, postgres);

public abstract class HousekeepingTests(LabDatabase provider, PostgresServer postgres)
{
    [Fact]
    public async Task PassAtStart_AfterAKill_DeletesTheOrphanPackAndOnlyThat()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        await lab.ImportAsync("cells", 40);
        var orphan = Path.Combine(lab.Get<LabPaths>().Store, $"{Guid.NewGuid():N}.pack");
        await File.WriteAllBytesAsync(orphan, new byte[1000]);
        File.SetLastWriteTimeUtc(orphan, lab.Time.GetUtcNow().UtcDateTime);
        var freed = await lab.Get<Housekeeping>().PassAsync(atStart: true);
        // With several workers another one may be writing it, so it waits for its day there.
        var many = provider == LabDatabase.Postgres;
        Assert.Equal((many, many ? 0 : 1000), (File.Exists(orphan), freed));
        lab.Time.Advance(TimeSpan.FromDays(3));
        await lab.Get<Housekeeping>().PassAsync(atStart: false);
        Assert.False(File.Exists(orphan));
        Assert.Equal(TestVersions.Content(3), await lab.Get<ContentStore>().ReadAsync(TestVersions.Sha(TestVersions.Content(3))));
    }

    [Fact]
    public async Task Pass_OldUploads_StayWhileATaskNeedsThem()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var paths = lab.Get<LabPaths>();
        var (needed, abandoned) = (paths.NewUpload("a.zip"), paths.NewUpload("b.zip"));
        foreach (var file in (string[])[needed, abandoned])
        {
            await File.WriteAllBytesAsync(file, new byte[10]);
            File.SetLastWriteTimeUtc(file, lab.Time.GetUtcNow().UtcDateTime);
        }
        var import = new NewImport { Name = "cells", Source = ImportSource.Upload, OriginalName = "a.zip", StoredName = Path.GetFileName(needed) };
        await lab.Get<DatasetCommands>().StartImportAsync(import, Seeds.Ana);
        Assert.Equal(0, await lab.Get<Housekeeping>().PassAsync(atStart: true));
        lab.Time.Advance(TimeSpan.FromDays(3));
        Assert.Equal(10, await lab.Get<Housekeeping>().PassAsync(atStart: false));
        Assert.Equal((true, false), (File.Exists(needed), File.Exists(abandoned)));
    }

    [Fact]
    public async Task Purge_CountsCachesAndThumbnailsAndLeavesThoseOfOthers()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var paths = lab.Get<LabPaths>();
        var version = await lab.ImportAsync("cells", 40);
        var other = await lab.ImportAsync("part of it", 10);
        string Write(string folder, string name)
        {
            Directory.CreateDirectory(Path.Combine(paths.Cache, folder));
            File.WriteAllBytes(Path.Combine(paths.Cache, folder, name), new byte[500]);
            return Path.Combine(paths.Cache, folder, name);
        }
        string Thumbnail(int i) => Write($"thumbnails/{TestVersions.Sha(TestVersions.Content(i))[..2]}", $"{TestVersions.Sha(TestVersions.Content(i))}-64.webp");
        string[] gone = [Write("pixels", $"v{version.Id}_8x8x3.pixels"), Thumbnail(20)];
        string[] kept = [Write("pixels", $"v{other.Id}_8x8x3.pixels"), Thumbnail(3)];
        var before = Size(paths);

        await lab.Get<DatasetCommands>().TrashAsync(version.DatasetId);
        var freed = await lab.Get<DatasetCommands>().PurgeAsync(version.DatasetId, Seeds.Ana);

        Assert.Equal(before - Size(paths), freed);
        Assert.DoesNotContain(gone, File.Exists);
        Assert.All(kept, file => Assert.True(File.Exists(file)));
        await using var db = lab.Db();
        Assert.Equal("dataset.purge", (await db.AuditEntries.SingleAsync()).Action);
    }

    private static long Size(LabPaths paths) => new[] { paths.Store, paths.Cache, paths.Uploads }
        .SelectMany(folder => new DirectoryInfo(folder).GetFiles("*", SearchOption.AllDirectories))
        .Sum(file => file.Length);
}
