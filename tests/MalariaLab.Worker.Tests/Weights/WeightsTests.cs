using System.Security.Cryptography;
using System.Text.Json;
using MalariaLab.Core;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Jobs;
using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Runs;
using MalariaLab.Data.Weights;
using MalariaLab.Testing;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Worker.Tests.Weights;

public sealed class WeightsTests
{
    private static readonly Actor Ana = new(null, "Ana");

    [Fact]
    public async Task Import_RealKerasFile_IsStoredUnderItsHashAndStartsARun()
    {
        var original = SharedFiles.Data("weights/squeezenet_weights_tf_dim_ordering_tf_kernels_notop.h5");
        await using var lab = await TestLab.StartAsync();
        await using var worker = new WorkerProcess(lab.Paths.Root);
        var upload = Upload(lab, original);
        var library = lab.Get<WeightsLibrary>();

        var task = await lab.FinishedTaskAsync(await library.ImportAsync(new() { Name = "squeezenet.h5", StoredName = upload, Source = "a colleague", Licence = "MIT" }, Ana));
        var again = await lab.FinishedTaskAsync(await library.ImportAsync(new() { Name = "copy.h5", StoredName = Upload(lab, original) }, Ana));

        Assert.True(task.Status == LabTaskStatus.Succeeded, task.Reason);
        var file = Assert.Single(await library.ListAsync());
        Assert.Equal(
            ("squeezenet.h5", "squeezenet", "h5", "a colleague", "MIT", new FileInfo(original).Length),
            (file.Name, file.Architecture, file.Format, file.Source, file.Licence, file.Bytes));
        Assert.Equal(file.Sha256, Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(lab.Paths.WeightsFile(file.Sha256)))));
        Assert.False(WeightsFile.Known.Compile()(file).IsOfRun);
        using var tensors = JsonDocument.Parse(file.TensorsJson);
        Assert.Equal(50, tensors.RootElement.GetArrayLength());
        Assert.Equal("""{"name":"conv1/uniform1","shape":[3,3,3,64]}""", tensors.RootElement[0].GetRawText());
        Assert.Equal(new ImportedWeights(file.Id, IsNew: false), JsonSerializer.Deserialize<ImportedWeights>(again.ResultJson!, SpecJson.Options));
        Assert.Empty(Directory.GetFiles(lab.Paths.Uploads));

        var data = await lab.ImportCellsAsync(20);
        var spec = TestLab.LeNet(data, epochs: 1) with
        {
            Architecture = new() { Key = "squeezenet", Size = 64 },
            Weights = new() { Source = WeightsSource.File, FileSha256 = file.Sha256, Freeze = FreezeMode.Backbone },
        };
        var queued = await lab.QueueAsync(spec);
        var run = await lab.FinishedRunAsync(queued);
        var log = await File.ReadAllTextAsync(lab.Paths.RunLog(run.Id));

        Assert.True(run.Status == RunStatus.Succeeded, run.Reason);
        Assert.Contains($"Loaded 50 of 50 backbone tensors from squeezenet.h5 ({file.Sha256[..12]}) (h5, names of Keras); the head starts random", log, StringComparison.Ordinal);
        Assert.Contains("stay frozen as loaded, from conv1 to fire9", log, StringComparison.Ordinal);

        await library.DeleteAsync(file.Id, Ana);
        Assert.Empty(await library.ListAsync());
        Assert.False(File.Exists(lab.Paths.WeightsFile(file.Sha256)));
    }

    [Fact]
    public async Task Import_FileThatIsNoWeights_FailsWithItsSentenceAndLeavesNothing()
    {
        await using var lab = await TestLab.StartAsync();
        await using var worker = new WorkerProcess(lab.Paths.Root);
        var path = lab.Paths.NewUpload("x.pth");
        await File.WriteAllBytesAsync(path, [0x80, 2, .. "cos\nsystem\n."u8]);

        var task = await lab.FinishedTaskAsync(await lab.Get<WeightsLibrary>().ImportAsync(new() { Name = "x.pth", StoredName = Path.GetFileName(path) }, Ana));

        Assert.Equal(LabTaskStatus.Failed, task.Status);
        Assert.Contains("refers to os.system", task.Reason, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(lab.Paths.Uploads));
        Assert.Empty(Directory.GetFiles(lab.Paths.Weights));
    }

    [Fact]
    public async Task Run_FromAFinishedRun_TakesItsWeights()
    {
        await using var lab = await TestLab.StartAsync();
        await using var worker = new WorkerProcess(lab.Paths.Root);
        var data = await lab.ImportCellsAsync(20);
        var first = await lab.FinishedRunAsync(await lab.QueueAsync(TestLab.LeNet(data, epochs: 1)));

        var second = await lab.FinishedRunAsync(await lab.QueueAsync(TestLab.LeNet(data, epochs: 1) with { Weights = new() { Source = WeightsSource.Run, RunId = first.Id } }));

        Assert.True(second.Status == RunStatus.Succeeded, second.Reason);
        Assert.Contains($"Loaded 6 of 6 backbone tensors from run {first.Id} (safetensors, names of this lab); the head too",
            await File.ReadAllTextAsync(lab.Paths.RunLog(second.Id)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ResumedAfterItsStartWasLost_GoesOnFromItsCheckpoint()
    {
        await using var lab = await TestLab.StartAsync();
        await using var worker = new WorkerProcess(lab.Paths.Root);
        var data = await lab.ImportCellsAsync(20);
        var first = await lab.FinishedRunAsync(await lab.QueueAsync(TestLab.LeNet(data, epochs: 1)));
        var second = await lab.QueueAsync(TestLab.LeNet(data, epochs: 5000) with { Weights = new() { Source = WeightsSource.Run, RunId = first.Id } });
        await lab.UntilRunAsync(second, r => r.LastEpoch >= 1);
        await lab.CancelAsync(second);
        var canceled = await lab.FinishedRunAsync(second);
        Directory.Delete(lab.Paths.Run(first.Id), recursive: true);

        await lab.Get<RunCommands>().RetryAsync(second, Ana);

        var resumed = await lab.UntilRunAsync(second, r => r.LastEpoch > canceled.LastEpoch || r.Status == RunStatus.Failed);
        Assert.True(resumed.LastEpoch > canceled.LastEpoch, resumed.Reason);
    }

    [Fact]
    public async Task Run_FromWeightsThatChangedOnTheDisk_FailsAndSoDoesAPrediction()
    {
        await using var lab = await TestLab.StartAsync();
        await using var worker = new WorkerProcess(lab.Paths.Root);
        var spec = TestLab.LeNet(await lab.ImportCellsAsync(20), epochs: 1);
        var first = await lab.FinishedRunAsync(await lab.QueueAsync(spec));
        await using var db = lab.Db();
        var weights = await db.Artifacts.SingleAsync(a => a.RunId == first.Id && a.Kind == ArtifactKind.Weights);
        var file = lab.Paths.Artifact(first.Id, weights.FileName);
        // Imported before the damage, so that both ways to start are tried.
        var upload = await lab.FinishedTaskAsync(await lab.Get<WeightsLibrary>().ImportAsync(new() { Name = "lenet", StoredName = Upload(lab, file) }, Ana));
        Assert.True(upload.Status == LabTaskStatus.Succeeded, upload.Reason);
        Assert.True((await db.WeightsFiles.Select(WeightsFile.Known).SingleAsync()).IsOfRun);
        foreach (var damaged in new[] { file, lab.Paths.WeightsFile(weights.Sha256) })
        {
            var bytes = await File.ReadAllBytesAsync(damaged);
            bytes[^1] ^= 1;
            await File.WriteAllBytesAsync(damaged, bytes);
        }

        var fromRun = await lab.FinishedRunAsync(await lab.QueueAsync(spec with { Weights = new() { Source = WeightsSource.Run, RunId = first.Id } }));
        var fromFile = await lab.FinishedRunAsync(await lab.QueueAsync(spec with { Weights = new() { Source = WeightsSource.File, FileSha256 = weights.Sha256 } }));
        var payload = JsonSerializer.Serialize(new PredictionPayload([], Explain: false), SpecJson.Options);
        var prediction = await lab.FinishedTaskAsync(await lab.StartTaskAsync(JobKind.Prediction, first.Id, payload));

        Assert.Equal((RunStatus.Failed, RunStatus.Failed, LabTaskStatus.Failed), (fromRun.Status, fromFile.Status, prediction.Status));
        Assert.Contains($"The weights of run {first.Id} are damaged", fromRun.Reason, StringComparison.Ordinal);
        Assert.Contains("The weights file lenet is damaged", fromFile.Reason, StringComparison.Ordinal);
        Assert.Contains($"The weights of run {first.Id} are damaged", prediction.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delete_FileOfAWaitingRun_IsRefused()
    {
        await using var lab = await TestLab.StartAsync();
        var library = lab.Get<WeightsLibrary>();
        var sha256 = new string('a', 64);
        var file = await library.AddAsync(new() { Sha256 = sha256, Name = "lenet.pth", Architecture = "lenet", Format = "pth" });
        var data = new DataSpec { DatasetVersionId = 1, SplitId = 1, DatasetHash = new string('0', 64), SplitHash = new string('0', 64) };
        await using (var db = lab.Db())
        {
            var spec = TestLab.LeNet(data, epochs: 1) with { Weights = new() { Source = WeightsSource.File, FileSha256 = sha256 } };
            var dataset = new Dataset { Name = "d" };
            var version = new DatasetVersion { Dataset = dataset, Number = 1, ContentHash = data.DatasetHash };
            var split = new Split { Version = version, Name = "s", Hash = data.SplitHash, PlanJson = "{}", CountsJson = "{}", Assignment = [], TestSetHash = "" };
            db.Runs.Add(new Run
            {
                Name = "r",
                Ticket = "t",
                Status = RunStatus.Queued,
                Experiment = new()
                {
                    Recipe = "lenet",
                    SpecJson = SpecJson.Write(spec),
                    SpecHash = SpecJson.Hash(spec),
                    DatasetVersion = version,
                    Split = split,
                    Architecture = "lenet",
                },
            });
            await db.SaveChangesAsync();
        }

        var refusal = await Assert.ThrowsAsync<ExplainedException>(() => library.DeleteAsync(file.Weights, Ana));

        Assert.Contains("which is not finished, starts from lenet.pth", refusal.Message, StringComparison.Ordinal);
    }

    private static string Upload(TestLab lab, string original)
    {
        var upload = lab.Paths.NewUpload(original);
        File.Copy(original, upload);
        return Path.GetFileName(upload);
    }
}
