using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Experiments;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using MalariaLab.Web.Security;
using MalariaLab.Web.Tests.Datasets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MalariaLab.Web.Tests;

/// <summary>REST calls that cannot be read: each gets a problem document with a sentence, never an empty answer or a page.</summary>
public sealed class ApiFailureTests : IAsyncLifetime
{
    private readonly LabFactory lab = new();
    private HttpClient client = null!;

    public async ValueTask InitializeAsync()
    {
        using var browser = lab.Browser();
        (await lab.SetUp(browser)).Dispose();
        client = lab.Browser();
        await using var db = Db();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            await lab.Services.GetRequiredService<ApiTokens>().CreateAsync((await db.Users.SingleAsync()).Id, "test", null));
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await lab.DisposeAsync();
    }

    [Fact]
    public async Task Call_ThatCannotBeRead_IsAProblemWithASentence()
    {
        await ProblemAsync("GET", "datasets/1/labels/suspects?run=x", null, HttpStatusCode.BadRequest, "\"x\"");
        await ProblemAsync("POST", "runs", "{bad", HttpStatusCode.BadRequest, "JSON");
        await ProblemAsync("POST", "runs", "{}", HttpStatusCode.BadRequest, "The request lacks recipe, dataset, split.");
        await ProblemAsync("PUT", "runs", "{}", HttpStatusCode.NotFound, "PUT /api/v1/runs that takes application/json");
    }

    [Theory]
    [InlineData("\"epoch\":3", "There is no field \"epoch\"")]
    [InlineData("\"epochs\":\"three\"", "epochs cannot be read: it takes a whole number or null")]
    [InlineData("\"epochs\":1.5", "epochs cannot be read: it takes a whole number or null")]
    [InlineData("\"epochs\":NaN", "no JSON that can be read, at epochs")]
    [InlineData("\"epochs\":1,\"epochs\":2", "epochs cannot be read: it takes a whole number or null and stands in the request once")]
    [InlineData("\"set\":null", "set cannot be read: it takes an object")]
    [InlineData("\"set\":[\"training.epochs=3\"]", "set cannot be read: it takes an object")]
    public async Task Run_WithAFieldThatCannotBeRead_NamesIt(string field, string words) =>
        await ProblemAsync("POST", "runs", $$"""{"recipe":"lenet","dataset":"d","split":"s",{{field}}}""", HttpStatusCode.BadRequest, words);

    [Fact]
    public async Task Run_WithSettings_TakesJsonValuesAndNamesTheFieldOfOneThatDoesNotFit()
    {
        var dataset = await DatasetSeed.AddAsync(lab.Services, "cells", 40);
        await lab.Services.GetRequiredService<SplitCommands>().CreateAsync(dataset.VersionId, new SplitPlan { Unit = SplitUnit.Image }, "s", new Actor(null, "Ada"));
        Assert.Equal("Uninfected", (string?)(await PositiveAsync("Uninfected"))["positiveClass"]);
        Assert.Equal("cells has no class \"Sick\". It has Parasitized, Uninfected.", (string?)(await PositiveAsync("Sick"))["detail"]);
        var request = JsonNode.Parse("""
            {
              "recipe": "lenet", "dataset": "cells", "split": "s",
              "set": { "training.batchSize": 8, "augmentation.flipHorizontal": false, "loss.classWeights": [1,2.5], "architecture.dropout": null }
            }
            """)!;
        using var taken = await client.PostAsJsonAsync($"{LabUrls.Api}/runs", request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Created, taken.StatusCode);
        await using var db = Db();
        var spec = SpecJson.Read((await db.Experiments.SingleAsync()).SpecJson);
        Assert.Equal((8, false, null), (spec.Training.BatchSize, spec.Augmentation.FlipHorizontal, spec.Architecture.Dropout));
        Assert.Equal([1, 2.5], spec.Loss.ClassWeights);
        Assert.Contains("positive class can't change any more", (string?)(await PositiveAsync("Parasitized"))["detail"]);

        foreach (var (field, value) in new[] { ("optimizer.learningRate", "0,001"), ("optimizer.learningRate", "-1"), ("optimizer.rate", "1") })
        {
            request["set"] = new JsonObject { [field] = value };
            using var refused = await client.PostAsJsonAsync($"{LabUrls.Api}/runs", request, TestContext.Current.CancellationToken);
            var problem = await refused.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            Assert.Contains(value == "1" ? field : value, (string)problem!["errors"]![field]![0]!);
        }
        Assert.Equal(1, await db.Runs.CountAsync());
    }

    [Fact]
    public async Task Run_WithoutBody_SaysWhatIsNeeded() => await ProblemAsync("POST", "runs", "", HttpStatusCode.BadRequest, "It takes the fields recipe, dataset, split");

    [Fact]
    public async Task Call_InWhichTheLabFails_IsAProblemThatPointsToTheLog()
    {
        await using var db = Db();
        await db.Database.ExecuteSqlRawAsync("DROP TABLE Workers", TestContext.Current.CancellationToken);
        await ProblemAsync("GET", "workers", null, HttpStatusCode.InternalServerError, "its log says more");
    }

    private async Task ProblemAsync(string method, string path, string? body, HttpStatusCode status, string words)
    {
        var content = body is null ? null : new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using var call = new HttpRequestMessage(new HttpMethod(method), $"{LabUrls.Api}/{path}") { Content = content };
        using var answer = await client.SendAsync(call, TestContext.Current.CancellationToken);
        Assert.Equal((status, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        var problem = await answer.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken);
        Assert.Contains(words, (string?)problem!["detail"], StringComparison.OrdinalIgnoreCase);
    }

    private async Task<JsonNode> PositiveAsync(string name)
    {
        using var answer = await client.PutAsJsonAsync($"{LabUrls.Api}/datasets/cells/positive", new { @class = name }, TestContext.Current.CancellationToken);
        return (await answer.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!;
    }

    private LabDbContext Db() => lab.Services.GetRequiredService<IDbContextFactory<LabDbContext>>().CreateDbContext();
}
