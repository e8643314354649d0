using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using MalariaLab.Core.Datasets.Insights;
using MalariaLab.Core.Jobs;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using MalariaLab.Web.Security;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MalariaLab.Web.Tests.Datasets;

/// <summary>Reports about a dataset over REST.</summary>
public sealed class InsightApiTests : IAsyncLifetime
{
    private readonly LabFactory lab = new();
    private HttpClient client = null!;
    private StartedImport dataset = null!;

    public async ValueTask InitializeAsync()
    {
        using var browser = lab.Browser();
        (await lab.SetUp(browser)).Dispose();
        dataset = await DatasetSeed.AddAsync(lab.Services, "cells", 12);
        client = lab.Browser();
        await using var db = lab.Services.GetRequiredService<IDbContextFactory<LabDbContext>>().CreateDbContext();
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
    public async Task Report_BeforeAndAfterItIsAskedFor_SaysHowFarItIs()
    {
        Assert.Equal("None", (string?)(await GetAsync("duplicates"))["status"]);
        using var started = await client.PostAsync(new Uri($"{LabUrls.Api}/datasets/cells/duplicates", UriKind.Relative), null);
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        Assert.Equal("Queued", (string?)(await GetAsync("duplicates"))["status"]);

        await InsightSeed.AddDuplicatesAsync(lab.Services, dataset.VersionId, new DuplicatePair(2, 5, 3, 1.25));
        var answer = await GetAsync("duplicates");
        Assert.Equal("Ready", (string?)answer["status"]);
        var pair = answer["report"]!["pairs"]![0]!;
        Assert.Equal(
            ("cells/C2P2_2.png", "Parasitized", "Uninfected", 3),
            ((string?)pair["first"]!["path"], (string?)pair["first"]!["class"], (string?)pair["second"]!["class"], (int)pair["distance"]!));
    }

    [Fact]
    public async Task Audit_WithAShortcut_NamesItInASentence()
    {
        ShortcutScore Score(string feature, double auc) => new(feature, auc, auc - 0.05, auc + 0.05);
        await InsightSeed.AddAsync(lab.Services, dataset.VersionId, JobKind.Audit, new ShortcutAudit
        {
            Images = 12,
            Groups = 4,
            Folds = 4,
            Targets = [new(0, Score("all", 0.83), [Score("width", 0.81), Score("bytes", 0.5)])],
        });
        var report = (await GetAsync("audit"))["report"]!;
        Assert.Equal("Image width alone predicts the class with AUC 0.81.", (string?)report["finding"]);
        Assert.Equal(["width", "bytes", "all"], report["scores"]!.AsArray().Select(s => (string?)s!["feature"]));
        Assert.Equal([true, false, true], report["scores"]!.AsArray().Select(s => (bool)s!["notable"]!));
    }

    private async Task<JsonNode> GetAsync(string report) => (await client.GetFromJsonAsync<JsonNode>($"{LabUrls.Api}/datasets/cells/{report}"))!;
}
