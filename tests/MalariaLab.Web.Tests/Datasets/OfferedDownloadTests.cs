using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using MalariaLab.Core;
using MalariaLab.Core.Datasets;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using MalariaLab.Web.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace MalariaLab.Web.Tests.Datasets;

/// <summary>Published datasets that the settings offer, and datasets changed over REST.</summary>
public sealed class OfferedDownloadTests : IAsyncLifetime
{
    private readonly LabFactory lab = new();
    private HttpClient api = null!;

    public ValueTask InitializeAsync()
    {
        api = lab.CreateClient();
        var local = JsonNode.Parse(File.ReadAllText(Path.Combine(lab.Folder, "local-api.json")))!;
        api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string)local["token"]!);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        api.Dispose();
        await lab.DisposeAsync();
    }

    [Fact]
    public void Settings_AsShipped_OfferTheNihCellsWithAWholeChecksum()
    {
        var offered = Assert.Single(lab.Services.GetRequiredService<IOptions<LabSettings>>().Value.Downloads);
        var import = offered.Import("cells");
        Assert.Equal((ImportSource.Download, "nih"), (import.Source, import.Options.GroupRule));
        Assert.Equal(64, import.Options.Download!.Sha256.Length);
        Assert.Equal("https", import.Options.Download.Address.Scheme);
        offered.Sha256 = "short";
        Assert.Contains("Lab:Downloads", Assert.Throws<ExplainedException>(() => offered.Import("cells")).Message, StringComparison.Ordinal);
        offered.Sha256 = import.Options.Download.Sha256;
    }

    [Fact]
    public async Task Import_OfAnOfficialDataset_QueuesItAndAnUnknownOneIsRefused()
    {
        using var good = new MultipartFormDataContent { { new StringContent("NIH"), "name" }, { new StringContent("official:nih-malaria-cells"), "source" } };
        Assert.Equal(HttpStatusCode.Accepted, (await api.PostAsync(new Uri(LabUrls.Api + "/imports", UriKind.Relative), good)).StatusCode);
        await using var db = await lab.Services.GetRequiredService<IDbContextFactory<LabDbContext>>().CreateDbContextAsync();
        var import = await db.Imports.SingleAsync();
        Assert.StartsWith("download-", import.StoredName, StringComparison.Ordinal);
        Assert.Equal("data.lhncbc.nlm.nih.gov", ImportOptions.FromJson(import.OptionsJson).Download!.Address.Host);
        using var bad = new MultipartFormDataContent { { new StringContent("NIH 2"), "name" }, { new StringContent("official:elsewhere"), "source" } };
        var refused = await api.PostAsync(new Uri(LabUrls.Api + "/imports", UriKind.Relative), bad);
        Assert.Contains("There are nih-malaria-cells", await refused.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Versions_OverRest_AreMadeComparedTrashedAndPurged()
    {
        await DatasetSeed.AddAsync(lab.Services, "cells", 12);
        var relabel = new Dictionary<string, string> { ["cells/C1P1_1.png"] = "Parasitized" };
        var made = await PostAsync("datasets/cells/versions", new { exclude = new[] { "cells/C0P0_0.png" }, relabel, reason = "read again" });
        Assert.Equal((2, 11, 1), ((int)made["version"]!, (int)made["images"]!, (int)made["parent"]!));
        var diff = (await api.GetFromJsonAsync<JsonNode>(new Uri(LabUrls.Api + "/datasets/cells/changes?from=1&to=2", UriKind.Relative)))!;
        Assert.Equal("cells/C0P0_0.png", (string)diff["removed"]![0]!);
        Assert.Equal("Parasitized", (string)diff["relabelled"]![0]!["to"]!);
        using var unknown = await api.PostAsJsonAsync(new Uri(LabUrls.Api + "/datasets/cells/versions", UriKind.Relative), new { exclude = new[] { "nothing.png" } });
        Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);

        (await api.DeleteAsync(new Uri(LabUrls.Api + "/datasets/cells", UriKind.Relative))).EnsureSuccessStatusCode();
        var purged = await (await api.DeleteAsync(new Uri(LabUrls.Api + "/trash/datasets/1", UriKind.Relative))).Content.ReadFromJsonAsync<JsonNode>();
        Assert.InRange((long)purged!["freedBytes"]!, 1000, long.MaxValue);
        await using var db = await lab.Services.GetRequiredService<IDbContextFactory<LabDbContext>>().CreateDbContextAsync();
        Assert.False(await db.Datasets.AnyAsync() || await db.Blobs.AnyAsync());
    }

    private async Task<JsonNode> PostAsync(string path, object body)
    {
        using var answer = await api.PostAsJsonAsync(new Uri($"{LabUrls.Api}/{path}", UriKind.Relative), body);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    }
}
