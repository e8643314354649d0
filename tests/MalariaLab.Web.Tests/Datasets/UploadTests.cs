using System.IO.Compression;
using System.Net;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MalariaLab.Web.Tests.Datasets;

/// <summary>The upload of the import page.</summary>
public sealed class UploadTests : IAsyncLifetime
{
    private readonly LabFactory lab = new();
    private HttpClient browser = null!;

    public async ValueTask InitializeAsync()
    {
        browser = lab.Browser();
        (await lab.SetUp(browser)).Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        browser.Dispose();
        await lab.DisposeAsync();
    }

    private string[] Uploads => Directory.GetFiles(lab.Services.GetRequiredService<LabPaths>().Uploads);

    [Fact]
    public async Task Upload_OfAZip_StoresItAndQueuesItsImport()
    {
        using var answer = await SendAsync("cells", "nih");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains(LabUrls.Dataset(1), await answer.Content.ReadAsStringAsync());
        await using var db = await lab.Services.GetRequiredService<IDbContextFactory<LabDbContext>>().CreateDbContextAsync();
        var import = await db.Imports.SingleAsync();
        Assert.Equal((ImportSource.Upload, "my cells.zip"), (import.Source, import.OriginalName));
        Assert.Equal(new FileInfo(Assert.Single(Uploads)).Length, import.Bytes);
        Assert.Equal(Path.GetFileName(Uploads[0]), import.StoredName);
        Assert.Equal(import.VersionId, (await db.Tasks.SingleAsync()).SubjectId);
    }

    [Theory]
    [InlineData("cells", "regex:(", "not a usable regular expression")]
    [InlineData("cells", "csv:map.csv", "the file is missing")]
    [InlineData("", "none", "needs a name")]
    public async Task Upload_ThatCannotBeImported_IsRefusedAndLeavesNothing(string name, string group, string sentence)
    {
        using var answer = await SendAsync(name, group);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(sentence, await answer.Content.ReadAsStringAsync());
        Assert.Empty(Uploads);
    }

    [Fact]
    public async Task Upload_FromAnotherSite_IsRefused()
    {
        using var answer = await SendAsync("cells", "none", ownPage: false);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Empty(Uploads);
    }

    [Fact]
    public async Task Upload_ByAStranger_LeadsToSignIn()
    {
        browser.Dispose();
        browser = lab.Browser();
        using var answer = await SendAsync("cells", "none");
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Empty(Uploads);
    }

    private async Task<HttpResponseMessage> SendAsync(string name, string group, bool ownPage = true)
    {
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
            archive.CreateEntry("Parasitized/C1P1.png");
        using var form = new MultipartFormDataContent
        {
            { new StringContent(name), "name" },
            { new StringContent(group), "group" },
            { new ByteArrayContent(zip.ToArray()), "file", "my cells.zip" },
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, LabUrls.Upload) { Content = form };
        if (ownPage) request.Headers.Add("X-Lab-Upload", "1");
        return await browser.SendAsync(request);
    }
}
