using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using MalariaLab.Data;
using MalariaLab.Web.Security;
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
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await lab.Services.GetRequiredService<ApiTokens>().CreateAsync((await db.Users.SingleAsync()).Id, "test", null));
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
        await ProblemAsync("POST", "runs", "{}", HttpStatusCode.BadRequest, "recipe");
        await ProblemAsync("PUT", "runs", "{}", HttpStatusCode.NotFound, "PUT /api/v1/runs that takes application/json");
    }

    [Fact]
    public async Task Call_InWhichTheLabFails_IsAProblemThatPointsToTheLog()
    {
        await using var db = Db();
        await db.Database.ExecuteSqlRawAsync("DROP TABLE Workers", TestContext.Current.CancellationToken);
        await ProblemAsync("GET", "workers", null, HttpStatusCode.InternalServerError, "its log says more");
    }

    private async Task ProblemAsync(string method, string path, string? body, HttpStatusCode status, string words)
    {
        using var call = new HttpRequestMessage(new HttpMethod(method), $"{LabUrls.Api}/{path}") { Content = body is null ? null : new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")) };
        using var answer = await client.SendAsync(call, TestContext.Current.CancellationToken);
        Assert.Equal((status, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        var problem = await answer.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken);
        Assert.Contains(words, (string?)problem!["detail"], StringComparison.OrdinalIgnoreCase);
    }

    private LabDbContext Db() => lab.Services.GetRequiredService<IDbContextFactory<LabDbContext>>().CreateDbContext();
}
