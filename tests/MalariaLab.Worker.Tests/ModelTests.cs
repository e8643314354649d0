using System.Text.Json;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Evaluation;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Jobs;
using MalariaLab.Core.Runs;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using MalariaLab.Imaging;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Worker.Tests;

/// <summary>One lab with one trained run serves all of these.</summary>
public sealed class ModelTests(ModelTests.TrainedLab trained) : IClassFixture<ModelTests.TrainedLab>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Prediction_GoodAndBadFile_AnswersForBothAndDeletesThem()
    {
        var lab = trained.Lab;
        var files = new List<UploadedImage>();
        (string, byte[])[] sent =
        [
            ("infected.png", TestCells.Paint(1000, true)),
            ("clean.png", TestCells.Paint(1001, false)),
            ("broken.png", [1, 2, 3]),
            ("cells.zip", [0x50, 0x4B, 3, 4, 20]),
        ];
        foreach (var (name, bytes) in sent)
        {
            var path = lab.Paths.NewUpload(name);
            await File.WriteAllBytesAsync(path, bytes, Cancellation);
            files.Add(new(name, Path.GetFileName(path)));
        }

        var result = await ResultAsync<PredictionResult>(JobKind.Prediction, new PredictionPayload(files, Explain: true));

        Assert.Equal(["Parasitized", "Uninfected"], result.ClassNames);
        Assert.Equal(["infected.png", "clean.png", "broken.png", "cells.zip"], result.Images.Select(i => i.Name));
        foreach (var image in result.Images.Take(2))
        {
            Assert.Equal(1, image.Probabilities!.Sum(), 5);
            Assert.Equal(image.Predicted, image.ExplainedClass);
            Assert.Equal(32, ImageCodec.ReadHeader(image.HeatMapPng).Width);
        }
        Assert.True(result.Images[0].Probabilities![0] > result.Images[1].Probabilities![0]);
        Assert.Contains("cannot be used", result.Images[2].Refusal);
        Assert.Contains("Import it as a dataset", result.Images[3].Refusal);
        Assert.Empty(Directory.GetFiles(lab.Paths.Uploads));
    }

    [Fact]
    public async Task Explanation_StoredImage_SpeaksOfTheAskedClass()
    {
        var (images, _) = await TestImagesAsync();
        var result = await ResultAsync<PredictionResult>(JobKind.Explanation, new ExplanationPayload([images[0]], ClassIndex: 1));
        Assert.Equal(1, Assert.Single(result.Images).ExplainedClass);
    }

    [Fact]
    public async Task Prediction_OfATestImage_HasTheProbabilitiesOfTheRunsOwnTest()
    {
        var (images, stored) = await TestImagesAsync();
        var result = await ResultAsync<PredictionResult>(JobKind.Explanation, new ExplanationPayload([.. images.Take(20)], ClassIndex: 0));
        Assert.Equal(20, result.Images.Count);
        foreach (var (i, image) in result.Images.Index())
            Assert.Equal(stored[(i * 2)..((i * 2) + 2)].Select(p => (double)p), image.Probabilities!, (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Fact]
    public async Task Evaluation_OtherDatasetWithTheSameClasses_IsStoredAndReported()
    {
        var lab = trained.Lab;
        TestCells.WriteZip(Path.Combine(lab.Paths.Inbox, "other.zip"), 30, firstNumber: 5000);
        var import = await lab.ImportAsync("other.zip");

        var report = await ResultAsync<EvaluationReport>(JobKind.Evaluation, new EvaluationPayload(import.VersionId));

        Assert.Equal(60, report.N);
        Assert.InRange(report.Accuracy!.Value, 0.6, 1);
        await using var db = lab.Db();
        var set = await db.PredictionSets.SingleAsync(p => p.DatasetVersionId == import.VersionId, Cancellation);
        Assert.Equal((PredictionScope.All, 60), (set.Scope, set.Count));
    }

    [Fact]
    public async Task Evaluation_DatasetThatOverlaps_CountsOnlyWhatTheRunDidNotLearnFrom()
    {
        var lab = trained.Lab;
        TestCells.WriteZip(Path.Combine(lab.Paths.Inbox, "overlap.zip"), 30, firstNumber: 270);
        var import = await lab.ImportAsync("overlap.zip");
        await using var db = lab.Db();
        var assignment = await db.Splits.Where(s => s.Id == trained.Data.SplitId).Select(s => s.Assignment).SingleAsync(Cancellation);
        var own = (await db.SplitItemsAsync(trained.Data.DatasetVersionId, Cancellation)).Where((_, i) => assignment[i] != (byte)SplitPart.Test).Select(i => i.Sha256).ToHashSet();
        var learned = (await db.SplitItemsAsync(import.VersionId, Cancellation)).Count(i => own.Contains(i.Sha256));
        Assert.InRange(learned, 1, 30);

        var report = await ResultAsync<EvaluationReport>(JobKind.Evaluation, new EvaluationPayload(import.VersionId));

        Assert.Equal(60 - learned, report.N);
        var spec = TestLab.LeNet(await lab.ImportCellsAsync(10, firstNumber: 7000), epochs: 1) with { Weights = new() { Source = WeightsSource.Run, RunId = trained.RunId } };
        var child = await lab.FinishedRunAsync(await lab.QueueAsync(spec));
        Assert.Equal(60 - learned, (await ResultAsync<EvaluationReport>(JobKind.Evaluation, new EvaluationPayload(import.VersionId), child.Id)).N);
        Assert.Equal(60, await db.PredictionSets.Where(p => p.DatasetVersionId == import.VersionId && p.RunId == trained.RunId).Select(p => p.Count).SingleAsync(Cancellation));

        using (var zip = System.IO.Compression.ZipFile.Open(Path.Combine(lab.Paths.Inbox, "known.zip"), System.IO.Compression.ZipArchiveMode.Create))
            foreach (var (number, name) in Enumerable.Range(0, 40).Select(i => (i, i % 2 == 0 ? "Parasitized" : "Uninfected")))
                if (TestCells.Paint(number, number % 2 == 0) is var cell && own.Contains(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(cell))))
                    using (var entry = zip.CreateEntry($"{name}/{number}.png").Open()) entry.Write(cell);
        var known = await lab.ImportAsync("known.zip");
        Assert.Contains("learned from every image of known.zip", await FailureAsync(new EvaluationPayload(known.VersionId)));
    }

    [Fact]
    public async Task Evaluation_OwnDatasetOrOtherClasses_IsRefused()
    {
        var lab = trained.Lab;
        var own = await FailureAsync(new EvaluationPayload(trained.Data.DatasetVersionId));
        Assert.Contains("was trained on", own);

        using (var zip = System.IO.Compression.ZipFile.Open(Path.Combine(lab.Paths.Inbox, "animals.zip"), System.IO.Compression.ZipArchiveMode.Create))
            for (var i = 0; i < 6; i++)
                using (var entry = zip.CreateEntry($"{(i < 3 ? "cat" : "dog")}/{i}.png").Open()) entry.Write(TestCells.Paint(i + 9000, false));
        var import = await lab.ImportAsync("animals.zip");
        Assert.Contains("has cat, dog", await FailureAsync(new EvaluationPayload(import.VersionId)));
    }

    [Fact]
    public async Task Evaluation_TestPartOfAnotherSplit_HasThatTestSetsHash_AndItsOwnIsRefused()
    {
        var plan = new SplitPlan { Unit = SplitUnit.Image, TrainPercent = 50, ValidationPercent = 10, TestPercent = 40, Seed = 9 };
        var other = await trained.Lab.Get<SplitCommands>().CreateAsync(
            trained.Data.DatasetVersionId, plan, "another split", new(null, "Ana"), Cancellation);
        var report = await ResultAsync<EvaluationReport>(JobKind.Evaluation, new EvaluationPayload(trained.Data.DatasetVersionId, other));
        await using var db = trained.Lab.Db();
        var split = await db.Splits.SingleAsync(s => s.Id == other, Cancellation);
        var set = await db.PredictionSets.SingleAsync(p => p.Scope == PredictionScope.TestOf(other), Cancellation);
        Assert.Equal((split.TestCount, split.TestCount, split.TestSetHash), (report.N, set.Count, set.SetHash));
        Assert.Contains("own test set", await FailureAsync(new EvaluationPayload(trained.Data.DatasetVersionId, trained.Data.SplitId)));
    }

    private async Task<(List<string> Sha256, float[] Probabilities)> TestImagesAsync()
    {
        await using var db = trained.Lab.Db();
        var assignment = await db.Splits.Where(s => s.Id == trained.Data.SplitId).Select(s => s.Assignment).SingleAsync(Cancellation);
        var images = (await db.SplitItemsAsync(trained.Data.DatasetVersionId, Cancellation)).Where((_, i) => assignment[i] == (byte)SplitPart.Test).Select(i => i.Sha256).ToList();
        var blob = await db.PredictionSets.Where(p => p.RunId == trained.RunId && p.Scope == PredictionScope.Test).Select(p => p.Blob).SingleAsync(Cancellation);
        return (images, PredictionBlob.Read(blob, ["Parasitized", "Uninfected"]).Probabilities);
    }

    private async Task<string> FailureAsync(EvaluationPayload payload) =>
        (await trained.Lab.FinishedTaskAsync(await trained.Lab.StartTaskAsync(JobKind.Evaluation, trained.RunId, JsonSerializer.Serialize(payload, SpecJson.Options)))).Reason;

    private async Task<T> ResultAsync<T>(JobKind kind, object payload, long? run = null)
    {
        var text = JsonSerializer.Serialize(payload, payload.GetType(), SpecJson.Options);
        var task = await trained.Lab.FinishedTaskAsync(await trained.Lab.StartTaskAsync(kind, run ?? trained.RunId, text));
        Assert.True(task.Status == LabTaskStatus.Succeeded, task.Reason);
        return JsonSerializer.Deserialize<T>(task.ResultJson!, SpecJson.Options)!;
    }

    public sealed class TrainedLab : IAsyncLifetime
    {
        private WorkerProcess? worker;

        internal TestLab Lab { get; private set; } = null!;

        internal DataSpec Data { get; private set; } = null!;

        internal long RunId { get; private set; }

        public async ValueTask InitializeAsync()
        {
            Lab = await TestLab.StartAsync();
            worker = new(Lab.Paths.Root);
            Data = await Lab.ImportCellsAsync(150);
            var run = await Lab.FinishedRunAsync(await Lab.QueueAsync(TestLab.LeNet(Data, epochs: 15, learningRate: 0.002) with { Evaluation = new() { TestTimeViews = 8 } }));
            Assert.True(run.Status == RunStatus.Succeeded, run.Reason);
            RunId = run.Id;
        }

        public async ValueTask DisposeAsync()
        {
            if (worker is not null) await worker.DisposeAsync();
            await Lab.DisposeAsync();
        }
    }
}
