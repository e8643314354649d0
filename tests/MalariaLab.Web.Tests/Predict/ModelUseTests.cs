using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Jobs;
using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Jobs;
using MalariaLab.Web.Features.Predict;
using MalariaLab.Web.Security;
using MalariaLab.Web.Tests.Datasets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MalariaLab.Web.Tests.Predict;

/// <summary>Prediction and external evaluation over REST; the test plays the worker.</summary>
public sealed class ModelUseTests : IAsyncLifetime
{
    private static readonly string[] Labels = ["Parasitized", "Uninfected"];
    private readonly LabFactory lab = new();
    private HttpClient client = null!;
    private long finished, failed;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        using (var browser = lab.Browser()) (await lab.SetUp(browser)).Dispose();
        await using var db = await Db();
        var runs = await LabSeed.FillAsync(db, 6, DateTimeOffset.UtcNow);
        (finished, failed) = (runs[5], runs[3]);
        var user = await db.Users.SingleAsync(Cancellation);
        client = lab.CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await lab.Services.GetRequiredService<ApiTokens>().CreateAsync(user.Id, "test", null));
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await lab.DisposeAsync();
    }

    private string[] Uploads => Directory.GetFiles(lab.Services.GetRequiredService<LabPaths>().Uploads);

    private Task<LabDbContext> Db() => lab.Services.GetRequiredService<IDbContextFactory<LabDbContext>>().CreateDbContextAsync(Cancellation);

    [Fact]
    public async Task Candidates_OfADatasetWhoseLatestVersionFailed_HoldItsLastReadyOne()
    {
        var other = await DatasetSeed.AddAsync(lab.Services, "other cells", 8);
        await using (var db = await Db())
        {
            db.DatasetVersions.Add(new DatasetVersion
            {
                DatasetId = other.DatasetId,
                Number = 2,
                Status = DatasetVersionStatus.Failed,
                Verdict = "The zip is damaged.",
                CreatedAt = DateTimeOffset.UtcNow,
            });
            await db.SaveChangesAsync(Cancellation);
        }
        var found = await lab.Services.GetRequiredService<ExternalEvaluations>().OfRunAsync(finished);
        Assert.Equal(other.VersionId, Assert.Single(found.Candidates).Id);
    }

    [Fact]
    public async Task Predict_TwoImages_AnswersEachAndKeepsNeither()
    {
        var asking = SendAsync(finished, "?explain=true");
        var task = await TaskAsync(JobKind.Prediction);
        var payload = JsonSerializer.Deserialize<PredictionPayload>(task.PayloadJson, SpecJson.Options)!;
        Assert.Equal(["cell.png", "passwd"], payload.Files.Select(f => f.Name));
        Assert.True(payload.Explain);
        Assert.Equal(payload.Files.Select(f => f.StoredName).Order(), Uploads.Select(Path.GetFileName).Order());
        await FinishAsync(task, new PredictionResult(Labels, [new("cell.png", null, 1, [0.2, 0.8], 1, [9, 8]), new("passwd", "It is no image.")]));

        using var answer = await asking;
        var json = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancellation))!;
        Assert.Equal("Uninfected", (string?)json["images"]![0]!["predicted"]);
        Assert.Equal(0.8, (double?)json["images"]![0]!["probabilities"]!["Uninfected"]);
        Assert.Equal([9, 8], Convert.FromBase64String((string)json["images"]![0]!["heatMapPng"]!));
        Assert.Equal("It is no image.", (string?)json["images"]![1]!["refusal"]);
        Assert.Empty(Uploads);
    }

    [Fact]
    public async Task Predict_TaskFails_SaysWhyAndKeepsNothing()
    {
        var asking = SendAsync(finished);
        var task = await TaskAsync(JobKind.Prediction);
        await using (var db = await Db())
            await db.Tasks.Where(t => t.Id == task.Id).ExecuteUpdateAsync(
                set => set.SetProperty(t => t.Status, LabTaskStatus.Failed).SetProperty(t => t.Reason, "The weights are damaged."),
                Cancellation);
        using var answer = await asking;
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("The weights are damaged.", await answer.Content.ReadAsStringAsync(Cancellation));
        Assert.Empty(Uploads);
    }

    [Fact]
    public async Task Predict_UnfinishedRunOrNoImage_IsRefused()
    {
        using var unfinished = await SendAsync(failed);
        Assert.Contains("has no network to use", await unfinished.Content.ReadAsStringAsync(Cancellation));
        using var form = new MultipartFormDataContent { { new StringContent("x"), "field" } };
        using var empty = await client.PostAsync(Address($"runs/{finished}/predict"), form, Cancellation);
        Assert.Contains("There is no image to score", await empty.Content.ReadAsStringAsync(Cancellation));
        Assert.Empty(Uploads);
    }

    [Fact]
    public async Task Evaluate_OtherDataset_GivesResultsOnceTheWorkerIsDone()
    {
        await AddDatasetAsync("other cells", 'd', [.. Labels.Reverse()]);
        using var answer = await client.PostAsJsonAsync(Address($"runs/{finished}/evaluations"), new { dataset = "other cells" }, Cancellation);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var task = await TaskAsync(JobKind.Evaluation);
        Assert.Equal(finished, task.SubjectId);

        string report;
        await using (var db = await Db()) report = await db.Evaluations.Where(e => e.RunId == finished).Select(e => e.ReportJson).SingleAsync(Cancellation);
        await FinishAsync(task, JsonNode.Parse(report));
        var state = JsonNode.Parse(await client.GetStringAsync(Address($"evaluations/{task.Id}"), Cancellation))!;
        Assert.Equal(("Succeeded", "other cells", finished), ((string?)state["status"], (string?)state["dataset"], (long?)state["run"]));
        var scored = (int)JsonNode.Parse(report)!["n"]!;
        Assert.Equal(scored, (int?)state["test"]!["n"]);
        await using (var db = await Db())
        {
            var others = db.DatasetVersions.Where(v => v.Dataset!.Name == "other cells");
            await others.ExecuteUpdateAsync(set => set.SetProperty(v => v.ImageCount, scored + 3), Cancellation);
        }
        Assert.Equal(
            $"3 of {scored + 3} images are left out, because the run learned from them.",
            (string?)JsonNode.Parse(await client.GetStringAsync(Address($"evaluations/{task.Id}"), Cancellation))!["reason"]);
    }

    [Fact]
    public async Task Evaluation_WhoseSplitOrDatasetIsGone_SaysSo()
    {
        await using var db = await Db();
        var version = await db.Runs.Where(r => r.Id == finished).Select(r => r.Experiment!.DatasetVersionId).SingleAsync(Cancellation);
        var tasks = lab.Services.GetRequiredService<LabTasks>();
        var split = await tasks.EnqueueAsync(
            new(JobKind.Evaluation, "Evaluation", finished, JsonSerializer.Serialize(new EvaluationPayload(version, 9999), SpecJson.Options)),
            new(null, "Ana"),
            Cancellation);
        Assert.Equal("test part of a deleted split", (string?)JsonNode.Parse(await client.GetStringAsync(Address($"evaluations/{split}"), Cancellation))!["split"]);
        var dataset = await tasks.EnqueueAsync(
            new(JobKind.Evaluation, "Evaluation", finished, JsonSerializer.Serialize(new EvaluationPayload(9999), SpecJson.Options)),
            new(null, "Ana"),
            Cancellation);
        using var answer = await client.GetAsync(Address($"evaluations/{dataset}"), Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("was deleted", await answer.Content.ReadAsStringAsync(Cancellation));
    }

    [Theory]
    [InlineData("nih-malaria-cells", "was trained on the images of")]
    [InlineData("animals", "choose a dataset with the same class names")]
    [InlineData("nothing", "There is no dataset")]
    public async Task Evaluate_DatasetThatDoesNotFit_IsRefused(string dataset, string sentence)
    {
        await AddDatasetAsync("animals", 'e', ["cat", "dog"]);
        using var answer = await client.PostAsJsonAsync(Address($"runs/{finished}/evaluations"), new { dataset }, Cancellation);
        Assert.False(answer.IsSuccessStatusCode);
        Assert.Contains(sentence, await answer.Content.ReadAsStringAsync(Cancellation));
        await using var db = await Db();
        Assert.Empty(await db.Tasks.ToListAsync(Cancellation));
    }

    private async Task<HttpResponseMessage> SendAsync(long run, string query = "")
    {
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent([1, 2, 3]), "file", "cell.png" },
            { new ByteArrayContent([4]), "file", "../../etc/passwd" },
        };
        return await client.PostAsync(Address($"runs/{run}/predict{query}"), form, Cancellation);
    }

    private static Uri Address(string path) => new($"{LabUrls.Api}/{path}", UriKind.Relative);

    private async Task<LabTask> TaskAsync(JobKind kind)
    {
        while (true)
        {
            await using var db = await Db();
            if (await db.Tasks.AsNoTracking().SingleOrDefaultAsync(t => t.Kind == kind, Cancellation) is { } task) return task;
            await Task.Delay(20, Cancellation);
        }
    }

    private async Task FinishAsync(LabTask task, object? result)
    {
        var json = JsonSerializer.Serialize(result, SpecJson.Options);
        await using var db = await Db();
        await db.Tasks.Where(t => t.Id == task.Id).ExecuteUpdateAsync(
            set => set.SetProperty(t => t.Status, LabTaskStatus.Succeeded).SetProperty(t => t.ResultJson, json),
            Cancellation);
    }

    private async Task AddDatasetAsync(string name, char hash, List<string> classes)
    {
        await using var db = await Db();
        db.Add(new DatasetVersion
        {
            Dataset = new Dataset { Name = name },
            Number = 1,
            Status = DatasetVersionStatus.Ready,
            ClassNames = classes,
            ClassCounts = [30, 30],
            ContentHash = new string(hash, 64),
            ImageCount = 60,
        });
        await db.SaveChangesAsync(Cancellation);
    }
}
