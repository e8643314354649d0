using System.Security.Cryptography;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Jobs;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Jobs;
using MalariaLab.Data.Runs;
using MalariaLab.Data.Store;
using MalariaLab.Imaging;
using Microsoft.Extensions.DependencyInjection;

namespace MalariaLab.Web.Tests.Datasets;

/// <summary>A dataset of small real files, stored as an import stores them.</summary>
public static class DatasetSeed
{
    /// <summary>The images: coloured, 20 + i pixels wide and 16 high, two classes in turn, four patients.</summary>
    public static PixelImage Picture(int i)
    {
        var pixels = new byte[(20 + i) * 16 * 3];
        for (var p = 0; p < pixels.Length; p++) pixels[p] = (byte)((p * 7 + i * 31) % 251);
        return new PixelImage(20 + i, 16, 3, pixels);
    }

    /// <summary>Imports <paramref name="count"/> images and two refused files.</summary>
    public static async Task<StartedImport> AddAsync(IServiceProvider services, string name, int count)
    {
        var started = await services.GetRequiredService<DatasetCommands>()
            .StartImportAsync(new NewImport
            {
                Name = name,
                Source = ImportSource.Upload,
                OriginalName = "cells.zip",
                Options = new() { GroupRule = "nih" },
            }, new Actor(null, "Ada"));
        var ticket = (await services.GetRequiredService<LabTasks>().FindAsync(started.TaskId))!.Ticket;
        var tasks = services.GetRequiredService<TaskExecution>();
        await tasks.ClaimAsync(started.TaskId, ticket, new WorkerIdentity("w", "s"));
        await using var pack = services.GetRequiredService<ContentStore>().BeginWrite();
        var images = new List<DatasetImage>();
        for (var i = 0; i < count; i++)
        {
            var picture = Picture(i);
            var file = ImageCodec.Encode(picture, ImageFormat.Png);
            var sha = Convert.ToHexStringLower(SHA256.HashData(file));
            pack.Add(sha, file);
            images.Add(new DatasetImage
            {
                Ordinal = i,
                Path = $"cells/C{i}P{i % 4}_{i}.png",
                Sha256 = sha,
                Label = i % 2,
                Group = $"P{i % 4}",
                Width = picture.Width,
                Height = picture.Height,
                Channels = 3,
                Bytes = file.Length,
                Format = "png",
            });
        }
        var job = new JobContext { Kind = JobKind.Import, Id = started.TaskId, Ticket = ticket, Attempt = 1 };
        await services.GetRequiredService<DatasetVersionWriter>().CompleteAsync(job, started.VersionId, new VersionContent
        {
            ClassNames = ["Parasitized", "Uninfected"],
            PositiveClass = 0,
            GroupRule = "nih",
            Images = images,
            Refusals =
            [
                new() { VersionId = started.VersionId, Path = "=1+1.png", Kind = "corrupt", Reason = "It ends too early." },
                new() { VersionId = started.VersionId, Path = "a, b.txt", Kind = "notAnImage", Reason = "It is no image." },
            ],
            Verdict = new ImportVerdict(true, "Ready."),
        }, pack);
        await tasks.EndAsync(started.TaskId, ticket, LabTaskStatus.Succeeded);
        return started;
    }
}
