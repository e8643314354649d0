using System.Security.Cryptography;
using System.Text;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Jobs;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Jobs;
using MalariaLab.Data.Store;

namespace MalariaLab.Data.Tests;

/// <summary>Imported versions without a worker: image i is a short text, of class i mod 2 and patient i mod 40.</summary>
internal static class TestVersions
{
    public static async Task<DatasetVersion> ImportAsync(this TestLab lab, string name, int images)
    {
        var started = await lab.Get<DatasetCommands>().StartImportAsync(new NewImport { Name = name, Source = ImportSource.Upload, OriginalName = "x.zip" }, Seeds.Ana);
        var job = await lab.ClaimAsync(started);
        await using (var pack = lab.Get<ContentStore>().BeginWrite())
        {
            Parallel.For(0, images, i => pack.Add(Sha(Content(i)), Content(i)));
            await lab.Get<DatasetVersionWriter>().CompleteAsync(job, started.VersionId, Manifest(images), pack);
        }
        Assert.True(await lab.Get<TaskExecution>().EndAsync(job.Id, job.Ticket, LabTaskStatus.Succeeded));
        return (await lab.Get<DatasetQueries>().VersionAsync(started.VersionId))!;
    }

    public static async Task<JobContext> ClaimAsync(this TestLab lab, StartedImport started)
    {
        var ticket = (await lab.Get<LabTasks>().FindAsync(started.TaskId))!.Ticket;
        Assert.NotNull(await lab.Get<TaskExecution>().ClaimAsync(started.TaskId, ticket, Seeds.Worker));
        return new JobContext { Kind = JobKind.Import, Id = started.TaskId, Ticket = ticket, Attempt = 1 };
    }

    public static VersionContent Manifest(int images) => new()
    {
        ClassNames = ["Parasitized", "Uninfected"],
        PositiveClass = 0,
        GroupRule = "nih",
        Images =
        [
            .. Enumerable.Range(0, images).Select(i => new DatasetImage
            {
                Ordinal = i,
                Path = $"cells/Image{i:0000}.png",
                Sha256 = Sha(Content(i)),
                Label = i % 2,
                Group = $"P{i % 40}",
                Bytes = Content(i).Length,
            }),
        ],
        Refusals = [new ImportRefusal { Path = "bad.png", Kind = "corrupt", Reason = "It ends too early." }],
        Verdict = new ImportVerdict(true, "Ready."),
    };

    public static byte[] Content(int i) => Encoding.ASCII.GetBytes($"image {i} {new string('x', i % 50)}");

    public static string Sha(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
