using MalariaLab.Core.Datasets.Insights;
using MalariaLab.Core.Evaluation;
using MalariaLab.Core.Jobs;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MalariaLab.Web.Tests.Datasets;

/// <summary>What can be done with a dataset from the command line, and by that over REST.</summary>
public sealed class DatasetCommandLineTests : IAsyncLifetime
{
    private readonly LabFactory lab = new();
    private CommandLine line = null!;
    private StartedImport dataset = null!;

    public async ValueTask InitializeAsync()
    {
        lab.UseKestrel(0);
        lab.StartServer();
        line = new(lab);
        using var browser = lab.CreateClient(new() { AllowAutoRedirect = false, BaseAddress = line.Url });
        (await lab.SetUp(browser)).Dispose();
        dataset = await DatasetSeed.AddAsync(lab.Services, "cells", 12);
    }

    public async ValueTask DisposeAsync() => await lab.DisposeAsync();

    [Fact]
    public async Task Labels_JudgedByTwoReaders_AgreeInPartAndMakeTheNextVersion()
    {
        // Image 3 is of the second class and called the first; image 8 the other way about.
        var run = await InsightSeed.AddPredictionsAsync(lab.Services, dataset.VersionId, i => i == 3 ? 0.02f : i == 8 ? 0.9f : i % 2 == 0 ? 0.1f : 0.9f);
        var suspects = (await line.AskAsync("label", "suspects", "cells", "--run", $"{run}")).AsArray();
        Assert.Equal(["cells/C3P3_3.png", "cells/C8P0_8.png"], suspects.Select(s => (string?)s!["path"]));
        Assert.Equal(("Uninfected", "Parasitized"), ((string?)suspects[0]!["label"], (string?)suspects[0]!["suggested"]));
        var nobody = await line.RunAsync("label", "judge", "cells", "cells/C3P3_3.png", "keep");
        Assert.Equal(1, nobody.Code);
        Assert.Contains("belong to a person", nobody.Error, StringComparison.Ordinal);

        foreach (var (reader, second) in new[] { ("ana", "exclude"), ("ben", "keep") })
        {
            await line.SignInAsync(await line.AddReaderAsync(reader));
            await line.AskAsync("label", "judge", "cells", "cells/C3P3_3.png", "relabel", "--label", "Parasitized");
            await line.AskAsync("label", "judge", "cells", "cells/C8P0_8.png", second);
        }
        Assert.Contains(
            "one of Parasitized, Uninfected",
            (await line.RunAsync("label", "judge", "cells", "cells/C3P3_3.png", "relabel", "--label", "Nothing")).Error,
            StringComparison.Ordinal);
        var agreement = Assert.Single((await line.AskAsync("label", "agreement", "cells")).AsArray())!;
        Assert.Equal((2, 0.5), ((int)agreement["images"]!, (double)agreement["same"]!));

        var differing = Assert.Single((await line.AskAsync("label", "disagreements", "cells")).AsArray())!;
        var readings = differing["readings"]!;
        Assert.Equal(
            ("cells/C8P0_8.png", "leave out", "Parasitized"),
            ((string?)differing["path"], (string?)readings[0]!["judgement"], (string?)readings[1]!["judgement"]));
        await line.AskAsync("label", "judge", "cells", "cells/C5P1_5.png", "exclude");
        await line.AskAsync("label", "undo", "cells", "cells/C5P1_5.png");

        Assert.Equal(2, (int)(await line.AskAsync("label", "version", "cells", "--reason", "two readers"))["version"]!);
        var diff = await line.AskAsync("dataset", "diff", "cells", "--from", "1", "--to", "2");
        Assert.Equal(("cells/C3P3_3.png", "Parasitized"), ((string?)Assert.Single(diff["relabelled"]!.AsArray())!["path"], (string?)diff["relabelled"]![0]!["to"]));
        Assert.Empty(diff["removed"]!.AsArray());
        Assert.Equal("two readers", (string?)(await line.AskAsync("dataset", "versions", "cells"))[0]!["reason"]);
        await ExpectInsightsQueuedAsync(2);
    }

    [Fact]
    public async Task NearDuplicates_Resolved_LeaveOneOfEachSetInTheNextVersion()
    {
        Assert.Contains("ask for them first", (await line.RunAsync("dataset", "resolve", "cells")).Error, StringComparison.Ordinal);
        await InsightSeed.AddDuplicatesAsync(lab.Services, dataset.VersionId, new DuplicatePair(2, 5, 3, 1.25), new DuplicatePair(5, 7, 2, 1), new DuplicatePair(0, 9, 8, 1));
        var made = await line.AskAsync("dataset", "resolve", "cells");
        Assert.Equal((2, 10), ((int)made["version"]!, (int)made["images"]!));
        var diff = await line.AskAsync("dataset", "diff", "cells", "--from", "1", "--to", "2");
        Assert.Equal(["cells/C5P1_5.png", "cells/C7P3_7.png"], diff["removed"]!.AsArray().Select(p => (string?)p));
        await ExpectInsightsQueuedAsync(2);
    }

    [Fact]
    public async Task Splits_ByPatientAndByImage_AreShownWithTheirLeaksAndDeleted()
    {
        await line.AskAsync("split", "create", "cells", "--name", "by patient", "--ratios", "50/25/25");
        await line.AskAsync("split", "create", "cells", "--name", "by image", "--by", "image", "--ratios", "50/25/25", "--unstratified");
        Assert.Empty((await line.AskAsync("split", "show", "cells", "by patient"))["sharedGroups"]!.AsArray());
        var leaking = await line.AskAsync("split", "show", "cells", "by image");
        Assert.NotEmpty(leaking["sharedGroups"]!.AsArray());
        Assert.Equal((int)leaking["split"]!["leakedGroups"]!, leaking["sharedGroups"]!.AsArray().Count);
        Assert.Equal(12, leaking["classes"]!.AsArray().Sum(c => (int)c!["images"]!));
        Assert.All(leaking["classes"]!.AsArray(), c => Assert.Equal(0.5, (double)c!["ofAll"]!));
        Assert.Equal(3, (await line.AskAsync("split", "folds", "cells", "--name", "cv", "--folds", "3")).AsArray().Count);

        var test = await line.AskAsync("dataset", "images", "cells", "--split", "by patient", "--part", "test");
        Assert.Equal((int)(await line.AskAsync("split", "show", "cells", "by patient"))["split"]!["test"]!, (int)test["total"]!);
        await line.AskAsync("split", "delete", "cells", "by image");
        Assert.Contains("no split", (await line.RunAsync("split", "show", "cells", "by image")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Images_Filtered_AreThoseOfTheGallery()
    {
        var run = await InsightSeed.AddPredictionsAsync(lab.Services, dataset.VersionId, i => i == 3 ? 0.1f : i % 2);
        await InsightSeed.AddDuplicatesAsync(lab.Services, dataset.VersionId, new DuplicatePair(2, 5, 3, 1.25));
        Assert.Equal(6, await CountAsync("--class", "Parasitized"));
        Assert.Equal(3, await CountAsync("--group", "P1"));
        Assert.Equal(4, await CountAsync("--min-side", "28"));
        Assert.Equal(2, await CountAsync("--quality", "duplicate"));
        Assert.Equal(1, await CountAsync("--run", $"{run}", "--right", "false"));
        Assert.Equal(7, await CountAsync("--run", $"{run}", "--predicted", "Parasitized"));
        // One half is a call for the positive class, as in the figures.
        var halves = PredictionBlob.Write(new()
        {
            Labels = ["Parasitized", "Uninfected"],
            Truth = [.. Enumerable.Range(0, 12).Select(i => i % 2)],
            Probabilities = [.. Enumerable.Repeat(0.5f, 24)],
        });
        await using (var db = await lab.Services.GetRequiredService<IDbContextFactory<LabDbContext>>().CreateDbContextAsync())
            await db.PredictionSets.Where(s => s.RunId == run && s.DatasetVersionId == dataset.VersionId).ExecuteUpdateAsync(set => set.SetProperty(s => s.Blob, halves));
        Assert.All((await lab.Services.GetRequiredService<RunPredictions>().FindAsync(run, dataset.VersionId)).Values, said => Assert.Equal(0, said.Predicted));
        Assert.Equal("=1+1.png", (string?)Assert.Single((await line.AskAsync("dataset", "refused", "cells", "--kind", "corrupt")).AsArray())!["path"]);
        Assert.Equal(2, (await line.AskAsync("dataset", "images", "cells", "--skip", "10"))["images"]!.AsArray().Count);
        Assert.Contains("no class", (await line.RunAsync("dataset", "images", "cells", "--class", "Nothing")).Error, StringComparison.Ordinal);
        Assert.Contains("use note, duplicate, tiny, plain", (await line.RunAsync("dataset", "images", "cells", "--quality", "nice")).Error, StringComparison.Ordinal);

        async Task<int> CountAsync(params string[] filter) => (int)(await line.AskAsync(["dataset", "images", "cells", .. filter]))["total"]!;
    }

    [Fact]
    public async Task Results_OfARun_ShowSmallRatesAndAnUnwritableFileIsSaidInOneSentence()
    {
        var run = await InsightSeed.AddPredictionsAsync(lab.Services, dataset.VersionId, i => i % 2);
        await using var db = await lab.Services.GetRequiredService<IDbContextFactory<LabDbContext>>().CreateDbContextAsync();
        db.Epochs.Add(new EpochRow { RunId = run, Epoch = 1000, TrainLoss = 0.25, TrainAccuracy = 0.5, LearningRate = 3.125e-5, Seconds = 1, ImagesPerSecond = 1 });
        await db.SaveChangesAsync();
        var results = await line.RunAsync("results", $"{run}");
        Assert.Equal(0, results.Code);
        Assert.Contains("3.125E-05", results.Output, StringComparison.Ordinal);

        await File.WriteAllTextAsync(Path.Combine(lab.Folder, "file"), "");
        var refused = await line.RunAsync("export", $"{run}", "--format", "history.csv", "--out", Path.Combine(lab.Folder, "file", "history.csv"));
        Assert.Equal(1, refused.Code);
        Assert.Single(refused.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Datasets_ImportedDerivedTrashedAndPurged_SayWhatBecameOfThem()
    {
        var map = Path.Combine(lab.Folder, "groups");
        Directory.CreateDirectory(Path.Combine(map, "images", "a"));
        await File.WriteAllTextAsync(Path.Combine(map, "images", "a", "x.png"), "no image, which the worker would say");
        await File.WriteAllTextAsync(Path.Combine(map, "one.csv"), "x.png,P1");
        await File.WriteAllTextAsync(Path.Combine(map, "two.csv"), "y.png,P2");
        var rule = $"csv:{Path.Combine(map, "one.csv")},{Path.Combine(map, "two.csv")}";
        var import = await line.AskAsync("dataset", "import", Path.Combine(map, "images"), "--name", "mapped", "--group", rule);
        Assert.Equal("Importing", (string?)import["status"]);
        await using var db = await lab.Services.GetRequiredService<IDbContextFactory<LabDbContext>>().CreateDbContextAsync();
        Assert.Equal("csv:one.csv, two.csv", (await db.DatasetVersions.SingleAsync(v => v.Dataset!.Name == "mapped")).GroupRule);

        Assert.Equal("Importing", (string?)(await line.AskAsync("dataset", "import", "inbox:cells.zip", "--name", "from the inbox"))["status"]);
        Assert.Equal((ImportSource.Inbox, "cells.zip"), await db.Imports.OrderByDescending(i => i.Id).Select(i => ValueTuple.Create(i.Source, i.StoredName!)).FirstAsync());

        await line.AskAsync("dataset", "derive", "cells", "--exclude", "cells/C0P0_0.png", "--relabel", "cells/C1P1_1.png=Parasitized", "--reason", "read again");
        Assert.Equal(11, (int)(await line.AskAsync("dataset", "show", "cells"))["images"]!);
        await ExpectInsightsQueuedAsync(2);
        await line.AskAsync("dataset", "trash", "cells");
        var trashed = Assert.Single((await line.AskAsync("dataset", "trashed")).AsArray())!;
        await line.AskAsync("dataset", "restore", $"{trashed["dataset"]}");
        Assert.Contains("not in the trash", (await line.RunAsync("dataset", "purge", $"{trashed["dataset"]}")).Error, StringComparison.Ordinal);
        await line.AskAsync("dataset", "trash", "cells");
        var before = Size();
        var freed = (long)(await line.AskAsync("dataset", "purge", $"{trashed["dataset"]}"))["freedBytes"]!;
        Assert.InRange(freed, 1000, long.MaxValue);
        Assert.Equal(before - Size(), freed);
        Assert.Equal(["from the inbox", "mapped"], (await line.AskAsync("dataset", "list")).AsArray().Select(d => (string?)d!["name"]));

        long Size() => new DirectoryInfo(Path.Combine(lab.Folder, "store")).GetFiles().Sum(f => f.Length);
    }

    /// <summary>A version that was made from another is looked at as a whole by itself, as after an import.</summary>
    private async Task ExpectInsightsQueuedAsync(int number)
    {
        await using var db = await lab.Services.GetRequiredService<IDbContextFactory<LabDbContext>>().CreateDbContextAsync();
        var version = await db.DatasetVersions.Where(v => v.DatasetId == dataset.DatasetId && v.Number == number).Select(v => v.Id).SingleAsync();
        var kinds = await db.Tasks.Where(t => t.SubjectId == version && t.Kind != JobKind.Import).Select(t => t.Kind).ToListAsync();
        Assert.Equal([JobKind.Statistics, JobKind.Duplicates, JobKind.Audit], kinds.Order());
    }
}
