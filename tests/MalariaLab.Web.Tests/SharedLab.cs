using MalariaLab.Core.Datasets;
using MalariaLab.Core.Evaluation;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using MalariaLab.Imaging;
using MalariaLab.Web.Tests.Datasets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MalariaLab.Web.Tests;

/// <summary>A lab with two finished runs on 40 test images of eleven patients that have names to keep.</summary>
public sealed class SharedLab : IAsyncLifetime
{
    private const int Train = 10, TestImages = 40;

    /// <summary>The web process.</summary>
    public LabFactory Factory { get; } = new();

    /// <summary>Row ids: the first errs in 4 of 40 images, the second in 12.</summary>
    public IReadOnlyList<long> Runs { get; private set; } = [];

    public T Get<T>() where T : notnull => Factory.Services.GetRequiredService<T>();

    public LabDbContext Db() => Get<IDbContextFactory<LabDbContext>>().CreateDbContext();

    public async ValueTask InitializeAsync()
    {
        var now = DateTimeOffset.UtcNow;
        await using var db = Db();
        var version = new DatasetVersion
        {
            Dataset = new Dataset { Name = "malaria-cells", CreatedAt = now },
            Number = 1,
            Status = DatasetVersionStatus.Ready,
            ClassNames = ["Parasitized", "Uninfected"],
            ClassCounts = [25, 25],
            PositiveClass = 0,
            ContentHash = new string('a', 64),
            ImageCount = Train + TestImages,
            GroupCount = 13,
            RefusalCount = 3,
            CreatedAt = now,
        };
        var split = new Split
        {
            Version = version,
            Name = "patients",
            PlanJson = """{"method":"ratio","unit":"group","seed":42}""",
            Assignment = [.. Enumerable.Repeat((byte)SplitPart.Train, Train), .. Enumerable.Repeat((byte)SplitPart.Test, TestImages)],
            Hash = new string('b', 64),
            TestSetHash = new string('c', 64),
            TrainCount = Train,
            TestCount = TestImages,
            CountsJson = """{"train":[5,5],"validation":[0,0],"test":[20,20],"unused":[0,0]}""",
            LeakingGroups = 7,
            CreatedAt = now,
        };
        db.AddRange(version, split);
        await db.SaveChangesAsync();
        var file = ImageCodec.Encode(DatasetSeed.Picture(0), ImageFormat.Png);
        var pack = new BlobPack { FileName = "images.pack", Bytes = file.Length, CreatedAt = now };
        db.BlobPacks.Add(pack);
        await db.SaveChangesAsync();
        Directory.CreateDirectory(Get<LabPaths>().Store);
        await File.WriteAllBytesAsync(Path.Combine(Get<LabPaths>().Store, pack.FileName), file);
        db.Blobs.AddRange(Enumerable.Range(0, Train + TestImages).Select(i => new Blob { Sha256 = Hash(i), PackId = pack.Id, Length = file.Length }));
        for (var i = 0; i < Train + TestImages; i++)
            db.DatasetImages.Add(new DatasetImage
            {
                VersionId = version.Id,
                Ordinal = i,
                Path = $"cells/C{i}Secret_{i}.png",
                Sha256 = Hash(i),
                Label = i % 2,
                Group = $"PatientOf{i / 4}",
                Width = 8,
                Height = 8,
                Channels = 3,
            });
        await db.SaveChangesAsync();
        Runs = [await AddRunAsync(db, version, split, "LeNet", 1, 4, now), await AddRunAsync(db, version, split, "VGG <b>19</b>", 2, 12, now)];
    }

    public ValueTask DisposeAsync() => Factory.DisposeAsync();

    private static string Hash(int image) => image.ToString("x64", System.Globalization.CultureInfo.InvariantCulture);

    private static async Task<long> AddRunAsync(LabDbContext db, DatasetVersion version, Split split, string name, long seed, int errors, DateTimeOffset now)
    {
        var data = new DataSpec { DatasetVersionId = version.Id, SplitId = split.Id, DatasetHash = version.ContentHash, SplitHash = split.Hash };
        var spec = Recipes.All[0].CreateSpec(data, 2, seed: seed);
        var truth = Enumerable.Range(Train, TestImages).Select(i => i % 2).ToArray();
        var predictions = new Predictions
        {
            Labels = version.ClassNames,
            Truth = truth,
            Probabilities = [.. truth.SelectMany((t, i) =>
            {
                var confidence = 0.6f + (i * 0.005f);
                var parasitized = (t == 0) == (i >= errors) ? confidence : 1 - confidence;
                return new[] { parasitized, 1 - parasitized };
            })],
        };
        var report = Evaluator.Evaluate(predictions, 0);
        var run = new Run
        {
            Experiment = LabSeed.ExperimentOf(spec, now),
            Name = name,
            Status = RunStatus.Succeeded,
            CreatedAt = now,
            StartedAt = now,
            FinishedAt = now,
            WorkerName = "worker-of-the-lab",
            Device = "CPU, 4 cores",
            LastEpoch = 3,
            BestEpoch = 2,
            Accuracy = report.Accuracy,
            TestSetHash = split.TestSetHash,
            TestCount = report.N,
            Notes = "a private note",
        };
        db.Runs.Add(run);
        await db.SaveChangesAsync();
        for (var e = 1; e <= 3; e++) db.Epochs.Add(new EpochRow
        {
            RunId = run.Id,
            Epoch = e,
            TrainLoss = 1.0 / e,
            ValLoss = 0.9 / e,
            TrainAccuracy = 0.8,
            ValAccuracy = 0.7 + (e * 0.05),
            LearningRate = 0.01,
            Seconds = 1,
            At = now,
        });
        db.PredictionSets.Add(new PredictionSet
        {
            RunId = run.Id,
            DatasetVersionId = version.Id,
            Scope = PredictionScope.Test,
            SetHash = split.TestSetHash,
            Count = truth.Length,
            Blob = PredictionBlob.Write(predictions),
            At = now,
        });
        // All images of a derived version would be the same again: that proves nothing beyond the test.
        foreach (var (scope, hash) in new[] { (PredictionScope.Test, split.TestSetHash), (PredictionScope.All, version.ContentHash) })
        {
            db.Evaluations.Add(new EvaluationRow
            {
                RunId = run.Id,
                DatasetVersionId = version.Id,
                Scope = scope,
                SetHash = hash,
                ReportJson = System.Text.Json.JsonSerializer.Serialize(report, SpecJson.Options),
                At = now,
            });
        }
        await db.SaveChangesAsync();
        return run.Id;
    }
}
