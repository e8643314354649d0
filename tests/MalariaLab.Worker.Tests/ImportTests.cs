using System.Security.Cryptography;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Jobs;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Store;
using MalariaLab.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace MalariaLab.Worker.Tests;

public sealed class ImportTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Import_GoodAndBadFiles_TakesTheGoodAndListsTheBad()
    {
        await using var lab = await TestLab.StartAsync();
        await using var worker = new WorkerProcess(lab.Paths.Root);
        var good = TestCells.Paint(0, infected: true);
        TestCells.WriteZip(Path.Combine(lab.Paths.Inbox, "mixed.zip"), 5, 0,
            ("cells/Uninfected/copy.png", good), ("cells/Parasitized/cut.png", good[..(good.Length / 2)]), ("cells/Parasitized/empty.png", []),
            ("cells/Parasitized/text.png", "not an image"u8.ToArray()), ("cells/Parasitized/inner.zip", [0x50, 0x4B, 3, 4]),
            ("readme.txt", [65]), ("__MACOSX/cells/Parasitized/._x.png", [0]));

        var import = await lab.StartImportAsync("mixed.zip", new() { GroupRule = "nih" });
        var task = await lab.FinishedTaskAsync(import.TaskId);

        Assert.True(task.Status == LabTaskStatus.Succeeded, task.Reason);
        await using var db = lab.Db();
        var version = await db.DatasetVersions.SingleAsync(v => v.Id == import.VersionId, Cancellation);
        Assert.Equal(DatasetVersionStatus.Ready, version.Status);
        Assert.Equal("Ready: 10 images in 2 classes. 6 files were not taken; the list says why.", version.Verdict);
        Assert.Equal(["Parasitized", "Uninfected"], version.ClassNames);
        Assert.Equal(0, version.PositiveClass);
        Assert.Equal(7, version.GroupCount);
        var refusals = await db.ImportRefusals.Where(r => r.VersionId == version.Id).ToDictionaryAsync(r => r.Path, Cancellation);
        Assert.Equal("duplicate", refusals["cells/Uninfected/copy.png"].Kind);
        Assert.Contains("one of the two labels is wrong", refusals["cells/Uninfected/copy.png"].Reason);
        Assert.Equal("corrupt", refusals["cells/Parasitized/cut.png"].Kind);
        Assert.Equal("empty", refusals["cells/Parasitized/empty.png"].Kind);
        Assert.Equal("notAnImage", refusals["cells/Parasitized/text.png"].Kind);
        Assert.Equal("nestedArchive", refusals["cells/Parasitized/inner.zip"].Kind);
        Assert.Equal("noClass", refusals["readme.txt"].Kind);
        var first = await db.DatasetImages.SingleAsync(i => i.VersionId == version.Id && i.Ordinal == 0, Cancellation);
        Assert.Equal("cells/Parasitized/C0P0_cell_0.png", first.Path);
        Assert.Equal("P0", first.Group);
        Assert.Equal(good, await lab.Get<ContentStore>().ReadAsync(first.Sha256, Cancellation));
    }

    [Fact]
    public async Task Import_ZipAndFolderOfOneContent_GiveOneHash()
    {
        await using var lab = await TestLab.StartAsync();
        await using var worker = new WorkerProcess(lab.Paths.Root);
        TestCells.WriteZip(Path.Combine(lab.Paths.Inbox, "cells.zip"), 5);
        System.IO.Compression.ZipFile.ExtractToDirectory(Path.Combine(lab.Paths.Inbox, "cells.zip"), Path.Combine(lab.Paths.Inbox, "folder"));

        var imports = new List<StartedImport> { await lab.StartImportAsync("cells.zip"), await lab.StartImportAsync("folder") };
        foreach (var import in imports) await lab.FinishedTaskAsync(import.TaskId);

        await using var db = lab.Db();
        var ids = imports.ConvertAll(i => i.VersionId);
        var hashes = await db.DatasetVersions.Where(v => ids.Contains(v.Id)).Select(v => v.ContentHash).ToListAsync(Cancellation);
        Assert.Equal(2, hashes.Count);
        Assert.Single(hashes.Distinct());
        Assert.Equal(64, hashes[0].Length);
    }

    [Theory]
    [InlineData("../outside.zip", "does not lie in the folder for imports")]
    [InlineData("link.zip", "link")]
    [InlineData("missing.zip", "no file or folder")]
    [InlineData("cut.zip", "not a zip archive")]
    public async Task Import_UnusableSource_FailsWithItsSentence(string name, string because)
    {
        await using var lab = await TestLab.StartAsync();
        await using var worker = new WorkerProcess(lab.Paths.Root);
        var outside = Path.Combine(lab.Paths.Root, "outside.zip");
        TestCells.WriteZip(outside, 3);
        File.CreateSymbolicLink(Path.Combine(lab.Paths.Inbox, "link.zip"), outside);
        await File.WriteAllBytesAsync(Path.Combine(lab.Paths.Inbox, "cut.zip"), (await File.ReadAllBytesAsync(outside, Cancellation))[..500], Cancellation);

        var import = await lab.StartImportAsync(name);
        var task = await lab.FinishedTaskAsync(import.TaskId);

        Assert.Equal(LabTaskStatus.Failed, task.Status);
        Assert.Contains(because, task.Reason);
        await using var db = lab.Db();
        var version = await db.DatasetVersions.SingleAsync(v => v.Id == import.VersionId, Cancellation);
        Assert.Equal(DatasetVersionStatus.Failed, version.Status);
        Assert.Equal(task.Reason, version.Verdict);
    }

    [Fact]
    public async Task Import_Upload_IsDeletedAfterwards()
    {
        await using var lab = await TestLab.StartAsync();
        await using var worker = new WorkerProcess(lab.Paths.Root);
        var upload = lab.Paths.NewUpload("cells.zip");
        TestCells.WriteZip(upload, 3);

        var import = await lab.StartImportAsync(Path.GetFileName(upload), source: ImportSource.Upload);
        Assert.Equal(LabTaskStatus.Succeeded, (await lab.FinishedTaskAsync(import.TaskId)).Status);
        Assert.False(File.Exists(upload));
    }

    [Fact]
    public async Task Import_IntoAnOlderVersion_MakesANewOneWithTheAddedImages()
    {
        await using var lab = await TestLab.StartAsync();
        await using var worker = new WorkerProcess(lab.Paths.Root);
        var data = await lab.ImportCellsAsync(10);
        var upload = lab.Paths.NewUpload("more.zip");
        TestCells.WriteZip(upload, 3, 18, ("cells/Malformed/x.png", TestCells.Paint(99, infected: true)));

        var changes = new VersionChanges
        {
            ParentVersionId = data.DatasetVersionId,
            Exclude = [0],
            Relabel = new Dictionary<int, int> { [1] = 1 },
            Reason = "second slide",
        };
        var import = await lab.StartImportAsync(Path.GetFileName(upload), new() { Changes = changes }, ImportSource.Derived);
        var task = await lab.FinishedTaskAsync(import.TaskId);

        Assert.True(task.Status == LabTaskStatus.Succeeded, task.Reason);
        await using var db = lab.Db();
        var versions = await db.DatasetVersions.AsNoTracking().OrderBy(v => v.Number).ToListAsync(Cancellation);
        // 18 and 19 are in the first archive already; 20 to 23 are new, and so is nothing of the unknown class.
        Assert.Equal([20, 23], versions.Select(v => v.ImageCount));
        Assert.Equal((data.DatasetVersionId, "nih", "second slide"), (versions[1].ParentVersionId, versions[1].GroupRule, versions[1].Note));
        Assert.Equal([10, 13], versions[1].ClassCounts);
        var refused = await db.ImportRefusals.Where(r => r.VersionId == import.VersionId).Select(r => r.Kind).Order().ToListAsync(Cancellation);
        Assert.Equal(["duplicate", "duplicate", "unknownClass"], refused);
        var images = await db.DatasetImages.Where(i => i.VersionId == import.VersionId).OrderBy(i => i.Ordinal).ToListAsync(Cancellation);
        Assert.Equal(images.Select(i => i.Path).Order(StringComparer.Ordinal), images.Select(i => i.Path));
        var added = images.Single(i => i.Path.EndsWith("_20.png", StringComparison.Ordinal));
        Assert.Equal("P6", added.Group);
        Assert.Equal(TestCells.Paint(20, infected: true), await lab.Get<ContentStore>().ReadAsync(added.Sha256, Cancellation));
        // The new version is looked at as a whole by itself, as after any import.
        var queued = await db.Tasks
            .Where(t => t.SubjectId == import.VersionId && t.Kind != JobKind.Import)
            .Select(t => t.Kind)
            .ToListAsync(Cancellation);
        Assert.Equal([JobKind.Statistics, JobKind.Duplicates, JobKind.Audit], queued.Order());
        Assert.Equal(versions[1].ImageCount, (await db.Splits.SingleAsync(s => s.VersionId == import.VersionId, Cancellation)).Assignment.Length);
        Assert.False(File.Exists(upload));
    }

    [Theory]
    [InlineData("whole", LabTaskStatus.Succeeded, "")]
    [InlineData("cut", LabTaskStatus.Succeeded, "")]
    [InlineData("wrong", LabTaskStatus.Failed, "is not the published file")]
    [InlineData("missing", LabTaskStatus.Failed, "404")]
    public async Task Import_PublishedFile_IsFetchedProvedAndImportedOrSaysWhyNot(string behaviour, LabTaskStatus status, string because)
    {
        await using var lab = await TestLab.StartAsync();
        await using var worker = new WorkerProcess(lab.Paths.Root);
        var zip = Path.Combine(lab.Paths.Root, "published.zip");
        TestCells.WriteZip(zip, 5);
        var bytes = await File.ReadAllBytesAsync(zip, Cancellation);
        var requests = 0;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var server = builder.Build();
        server.Urls.Add("http://127.0.0.1:0");
        server.MapGet("/cells.zip", async (HttpContext http) =>
        {
            if (behaviour == "missing") return Results.NotFound();
            if (behaviour == "wrong") return Results.Bytes(bytes[..^1]);
            // Breaks off in the middle the first time, and sends the rest the second time.
            if (behaviour != "cut" || ++requests > 1) return Results.Bytes(bytes, enableRangeProcessing: true);
            http.Response.ContentLength = bytes.Length;
            await http.Response.Body.WriteAsync(bytes.AsMemory(0, bytes.Length / 2), Cancellation);
            await http.Response.Body.FlushAsync(Cancellation);
            http.Abort();
            return Results.Empty;
        });
        await server.StartAsync(Cancellation);

        var published = new PublishedFile(new Uri(new Uri(server.Urls.First()), "cells.zip"), Convert.ToHexStringLower(SHA256.HashData(bytes)));
        var import = await lab.StartImportAsync("download-x.zip", new() { GroupRule = "nih", Download = published }, ImportSource.Download);
        var task = await lab.FinishedTaskAsync(import.TaskId);

        Assert.True(task.Status == status, task.Reason);
        Assert.Contains(because, task.Reason);
        await using var db = lab.Db();
        Assert.Equal(status == LabTaskStatus.Succeeded ? 10 : 0, (await db.DatasetVersions.SingleAsync(v => v.Id == import.VersionId, Cancellation)).ImageCount);
        Assert.Empty(Directory.GetFiles(lab.Paths.Uploads));
    }

    [Fact]
    public async Task Import_Sample_IsReadyWithItsPatients()
    {
        await using var lab = await TestLab.StartAsync();
        await using var worker = new WorkerProcess(lab.Paths.Root);
        var import = await lab.StartImportAsync("sample", new() { GroupRule = "nih" }, ImportSource.Sample);
        var task = await lab.FinishedTaskAsync(import.TaskId);
        Assert.True(task.Status == LabTaskStatus.Succeeded, task.Reason);
        await using var db = lab.Db();
        var version = await db.DatasetVersions.SingleAsync(v => v.Id == import.VersionId, Cancellation);
        Assert.Equal(DatasetVersionStatus.Ready, version.Status);
        Assert.Equal(Imaging.Samples.SampleCells.DefaultCells, version.ImageCount);
        Assert.Equal(Imaging.Samples.SampleCells.DefaultPatients, version.GroupCount);
    }

    [Fact]
    public async Task Import_RealXRays_KeepsTheGivenParts()
    {
        var archive = SharedFiles.Data("chest-xray-224.zip");
        await using var lab = await TestLab.StartAsync();
        await using var worker = new WorkerProcess(lab.Paths.Root);
        File.Copy(archive, Path.Combine(lab.Paths.Inbox, "x.zip"));
        var import = await lab.StartImportAsync("x.zip", new() { GroupRule = "kermany" });
        Assert.Equal(LabTaskStatus.Succeeded, (await lab.FinishedTaskAsync(import.TaskId)).Status);
        await using var db = lab.Db();
        var version = await db.DatasetVersions.SingleAsync(v => v.Id == import.VersionId, Cancellation);
        Assert.Equal(["NORMAL", "PNEUMONIA"], version.ClassNames);
        Assert.Equal(1, version.PositiveClass);
        Assert.Equal(1140, version.ImageCount + version.RefusalCount);
        var parts = await db.DatasetImages.Where(i => i.VersionId == version.Id).Select(i => i.GivenPart).Distinct().ToListAsync(Cancellation);
        Assert.Equal([SplitPart.Train, SplitPart.Validation, SplitPart.Test], parts.OfType<SplitPart>().Order());
        Assert.DoesNotContain(null, parts);
        // The archive's own parts share no patient: IM-0465 and NORMAL2-IM-0465 are two.
        var items = await db.SplitItemsAsync(version.Id, Cancellation);
        Assert.Empty(SplitReport.Of(items, Splitter.Assign(items, new() { Method = SplitMethod.Folders }), 2).SharedGroups);
    }

    [Fact]
    public async Task Import_WorkerKilledMidway_StartsOverAndIsWhole()
    {
        await using var lab = await TestLab.StartAsync();
        var worker = new WorkerProcess(lab.Paths.Root);
        TestCells.WriteSlowZip(Path.Combine(lab.Paths.Inbox, "slow.zip"));
        var import = await lab.StartImportAsync("slow.zip");
        await lab.UntilTaskAsync(import.TaskId, t => t.Progress > 0);
        await worker.KillAsync();
        await using (var db = lab.Db()) Assert.False(await db.DatasetImages.AnyAsync(Cancellation));

        // Another file under that name, for nobody waits for the slow one to its end.
        TestCells.WriteZip(Path.Combine(lab.Paths.Inbox, "slow.zip"), 10);
        await using var restarted = new WorkerProcess(lab.Paths.Root);
        var task = await lab.FinishedTaskAsync(import.TaskId);

        Assert.True(task.Status == LabTaskStatus.Succeeded, task.Reason);
        Assert.Equal(2, task.Attempt);
        await using var after = lab.Db();
        Assert.Equal(20, await after.DatasetImages.CountAsync(i => i.VersionId == import.VersionId, Cancellation));
    }

    [Fact]
    public async Task Import_Canceled_LeavesNoImages()
    {
        await using var lab = await TestLab.StartAsync();
        await using var worker = new WorkerProcess(lab.Paths.Root);
        TestCells.WriteSlowZip(Path.Combine(lab.Paths.Inbox, "slow.zip"));
        var import = await lab.StartImportAsync("slow.zip");
        await lab.UntilTaskAsync(import.TaskId, t => t.Progress > 0);

        await lab.CancelTaskAsync(import.TaskId);

        Assert.Equal(LabTaskStatus.Canceled, (await lab.FinishedTaskAsync(import.TaskId)).Status);
        await using var db = lab.Db();
        Assert.Equal("The import was canceled.", (await db.DatasetVersions.SingleAsync(v => v.Id == import.VersionId, Cancellation)).Verdict);
        Assert.False(await db.DatasetImages.AnyAsync(Cancellation));
        Assert.Empty(Directory.GetFiles(lab.Paths.Store));
    }
}
