using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using MalariaLab.Core.Evaluation;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using MalariaLab.Web.Features.Exports;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MalariaLab.Web.Tests.Exports;

/// <summary>Files of runs over REST and from the run page, read back.</summary>
public sealed class ExportTests(ExportLab seeded) : IClassFixture<ExportLab>
{
    private readonly HttpClient client = seeded.Client, browser = seeded.Browser;
    private readonly long finished = seeded.Finished, failed = seeded.Failed, queued = seeded.Queued;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task List_OfAFinishedRun_NamesEveryFile()
    {
        var list = JsonNode.Parse(await client.GetStringAsync(Address(finished), Cancellation))!.AsArray();
        Assert.Equal(
            ["history.csv", "history.json", "tensorboard", "predictions.csv", "predictions.json", "weights.safetensors", "model.onnx"],
            list.Select(e => (string)e!["format"]!));
        foreach (var export in list)
        {
            using var answer = await client.GetAsync(Address(finished, (string)export!["format"]!), Cancellation);
            Assert.Equal((string?)export["file"], answer.Content.Headers.ContentDisposition!.FileName);
            var bytes = await answer.Content.ReadAsByteArrayAsync(Cancellation);
            Assert.NotEmpty(bytes);
            if (export["bytes"] is { } size) Assert.Equal((long)size, bytes.Length);
        }
    }

    [Fact]
    public async Task HistoryCsv_HoldsEveryEpochAndLeavesTheUndefinedEmpty()
    {
        var history = await client.GetStringAsync(Address(finished, "history.csv"), Cancellation);
        var lines = history.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal("epoch,train_loss,train_accuracy,val_loss,val_accuracy,learning_rate,seconds,images_per_second,finished_at", lines[0]);
        await using var db = await Db();
        var epochs = await db.Epochs.AsNoTracking().Where(e => e.RunId == finished).OrderBy(e => e.Epoch).ToListAsync(Cancellation);
        Assert.Equal(epochs.Count, lines.Length - 1);
        var first = lines[1].Split(',');
        Assert.Equal(["1", "", ""], [first[0], first[3], first[4]]);
        Assert.Equal(epochs[1].ValLoss!.Value, double.Parse(lines[2].Split(',')[3], CultureInfo.InvariantCulture));
        Assert.Equal(epochs[1].TrainLoss, double.Parse(lines[2].Split(',')[1], CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task HistoryJson_HoldsTheSameAndNullForTheUndefined()
    {
        var history = JsonNode.Parse(await client.GetStringAsync(Address(finished, "history.json"), Cancellation))!;
        Assert.Equal(finished, (long?)history["run"]);
        Assert.Null(history["epochs"]![0]!["val_loss"]);
        Assert.Equal(2, (int?)history["epochs"]![1]!["epoch"]);
        Assert.InRange((double)history["epochs"]![1]!["val_loss"]!, 0, 2);
    }

    [Fact]
    public async Task TensorBoard_File_BeginsWithAWholeRecordAndIsNamedAsTensorBoardLooksForIt()
    {
        using var answer = await client.GetAsync(Address(finished, "tensorboard"), Cancellation);
        Assert.StartsWith("events.out.tfevents.", answer.Content.Headers.ContentDisposition!.FileName);
        var bytes = await answer.Content.ReadAsByteArrayAsync(Cancellation);
        var records = 0;
        for (var at = 0; at < bytes.Length; records++) at += 16 + (int)BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at));
        await using var db = await Db();
        Assert.Equal(1 + await db.Epochs.CountAsync(e => e.RunId == finished, Cancellation), records);
    }

    [Fact]
    public async Task PredictionsCsv_NamesThatAreFormulas_AreTextAndScoresStayNumbers()
    {
        var csv = await client.GetStringAsync(Address(finished, "predictions.csv"), Cancellation);
        Assert.Equal(csv, await client.GetStringAsync(Address(finished)[..^"exports".Length] + "predictions.csv", Cancellation));
        var lines = csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 1) lines = csv.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("image,group,label,predicted,p_Parasitized,p_Uninfected", lines[0]);
        Assert.Equal(6, lines.Length);
        Assert.Equal("\"'=HYPERLINK(0)\",P0,Parasitized,Parasitized,0.9,0.1", lines[1]);
        Assert.All(lines[1..], line => Assert.DoesNotContain(line.TrimStart('"')[0], "=+-@\t\r"));
        Assert.EndsWith(",1,0", lines[3]);
    }

    [Fact]
    public async Task PredictionsCsv_OfAnotherDataset_HasEveryImageOverRestAndFromThePage()
    {
        await using var db = await Db();
        var other = new DatasetVersion
        {
            Dataset = new() { Name = "elsewhere" },
            Number = 1,
            Status = DatasetVersionStatus.Ready,
            ClassNames = ["Parasitized", "Uninfected"],
            ClassCounts = [1, 1],
            ContentHash = new string('e', 64),
            ImageCount = 2,
        };
        db.Add(other);
        await db.SaveChangesAsync(Cancellation);
        db.AddRange(Enumerable.Range(0, 2).Select(i => new DatasetImage
        {
            VersionId = other.Id,
            Ordinal = i,
            Path = $"{i}.png",
            Sha256 = new string('d', 64),
            Label = i,
            Width = 9,
            Height = 9,
            Channels = 3,
        }));
        var address = Address(finished)[..^"exports".Length] + "predictions.csv?dataset=elsewhere";
        using (var none = await client.GetAsync(address, Cancellation))
            Assert.Contains("has not scored elsewhere: evaluate it there first.", await none.Content.ReadAsStringAsync(Cancellation));
        var scores = new Predictions { Labels = other.ClassNames, Truth = [0, 1], Probabilities = [0.25f, 0.75f, 0, 1] };
        db.Add(new PredictionSet
        {
            RunId = finished,
            DatasetVersionId = other.Id,
            Scope = PredictionScope.All,
            SetHash = new string('f', 64),
            Count = 2,
            Blob = PredictionBlob.Write(scores),
        });
        await db.SaveChangesAsync(Cancellation);

        var csv = await client.GetStringAsync(address, Cancellation);
        Assert.Equal(
            ["0.png,,Parasitized,Uninfected,0.25,0.75", "1.png,,Uninfected,Uninfected,0,1"],
            csv.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[1..]);
        Assert.Equal(csv, await browser.GetStringAsync(new Uri(LabUrls.Export(finished, "predictions.csv", other.Id), UriKind.Relative), Cancellation));
    }

    [Fact]
    public async Task PredictionsJson_HoldsNamesAsTheyAreAndTheScores()
    {
        var file = JsonNode.Parse(await client.GetStringAsync(Address(finished, "predictions.json"), Cancellation))!;
        var images = file["images"]!.AsArray();
        Assert.Equal(ExportLab.Names.Take(5), images.Select(i => (string)i!["image"]!));
        Assert.Equal(ExportLab.Scores, images.SelectMany(i => i!["probabilities"]!.AsArray().Select(p => (float)p!)));
        Assert.Equal("Parasitized", (string?)file["positive_class"]);
        Assert.Equal("Uninfected", (string?)images[1]!["predicted"]);
        Assert.Null(images[4]!["group"]);
    }

    [Fact]
    public async Task Weights_AreTheStoredFile()
    {
        var bytes = await client.GetByteArrayAsync(Address(finished, "weights.safetensors"), Cancellation);
        await using var db = await Db();
        Assert.Equal(await db.Artifacts.Where(a => a.RunId == finished).Select(a => a.Sha256).SingleAsync(Cancellation), Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    [Fact]
    public async Task Model_OfDamagedWeights_IsRefusedInASentence()
    {
        var file = Directory.GetFiles(seeded.Lab.Services.GetRequiredService<LabPaths>().Run(finished)).Single();
        var whole = await File.ReadAllBytesAsync(file, Cancellation);
        await File.WriteAllBytesAsync(file, whole[..^4], Cancellation);
        try
        {
            using var answer = await client.GetAsync(Address(finished, "model.onnx"), Cancellation);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Contains("reaches beyond the end of the file", await answer.Content.ReadAsStringAsync(Cancellation));
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(Address(finished), Cancellation)).StatusCode);
        }
        finally
        {
            await File.WriteAllBytesAsync(file, whole, Cancellation);
        }
    }

    [Theory]
    [InlineData("predictions.csv", "has no test predictions: it is Failed.")]
    [InlineData("validation-predictions.json", "has no validation predictions: it is Failed.")]
    [InlineData("model.onnx", "has no weights: it is Failed.")]
    [InlineData("model.exe", "There is no export \"model.exe\". There are history.csv, history.json")]
    public async Task Export_ThatARunLacks_SaysWhy(string format, string sentence)
    {
        using var answer = await client.GetAsync(Address(failed, format), Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains(sentence, (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancellation))!["detail"]);
    }

    [Fact]
    public async Task Export_OfAQueuedOrMissingRun_SaysWhy()
    {
        using var waiting = await client.GetAsync(Address(queued, "history.csv"), Cancellation);
        Assert.Contains("has no finished epoch: it is Queued.", await waiting.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal("[]", await client.GetStringAsync(Address(queued), Cancellation));
        using var missing = await browser.GetAsync(new Uri(LabUrls.Export(999, "history.csv"), UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        Assert.Contains("There is no run 999.", await missing.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task Export_FromTheRunPage_IsSentToASignedInBrowserOnly()
    {
        var link = LabUrls.Export(finished, "history.csv");
        Assert.Contains("epoch,train_loss", await browser.GetStringAsync(new Uri(link, UriKind.Relative), Cancellation));
        using var stranger = seeded.Lab.Browser();
        Assert.Equal(HttpStatusCode.Redirect, (await stranger.GetAsync(new Uri(link, UriKind.Relative), Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync(Address(finished, "history.csv"), Cancellation)).StatusCode);
    }

    [Theory]
    [InlineData("LeNet, seed 42", "run-7-lenet-seed-42")]
    [InlineData("../../etc/passwd", "run-7-etc-passwd")]
    [InlineData("Zellen für Übung\r\n\"", "run-7-zellen-f-r-bung")]
    [InlineData("细胞", "run-7")]
    public void FileName_OfAnyRunName_IsSafe(string name, string file) => Assert.Equal(file, ExportNames.Of(7, name));

    private static string Address(long run, string? format = null) => format is null ? $"{LabUrls.Api}/runs/{run}/exports" : $"{LabUrls.Api}/runs/{run}/exports/{format}";

    private Task<LabDbContext> Db() => seeded.Db();
}
