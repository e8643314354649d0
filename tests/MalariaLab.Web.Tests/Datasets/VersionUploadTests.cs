using System.Net;
using MalariaLab.Core.Jobs;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MalariaLab.Web.Tests.Datasets;

/// <summary>Versions of a dataset as uploads make them.</summary>
public sealed class VersionUploadTests : IAsyncLifetime
{
    private readonly LabFactory lab = new();
    private HttpClient browser = null!;
    private StartedImport started = null!;

    public async ValueTask InitializeAsync()
    {
        browser = lab.Browser();
        (await lab.SetUp(browser)).Dispose();
        started = await DatasetSeed.AddAsync(lab.Services, "cells", 12);
    }

    public async ValueTask DisposeAsync()
    {
        browser.Dispose();
        await lab.DisposeAsync();
    }

    [Fact]
    public async Task Upload_WithAVersion_QueuesAnImportIntoTheNextOne()
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent($"{started.VersionId}"), "version" }, { new StringContent("second slide"), "reason" }, { new ByteArrayContent([1]), "file", "more.zip" },
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, LabUrls.Upload) { Content = form };
        request.Headers.Add("X-Lab-Upload", "1");
        using var answer = await browser.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await using var db = await lab.Services.GetRequiredService<IDbContextFactory<LabDbContext>>().CreateDbContextAsync();
        var version = await db.DatasetVersions.SingleAsync(v => v.Number == 2);
        Assert.Equal((started.DatasetId, started.VersionId, "second slide"), (version.DatasetId, version.ParentVersionId, version.Note));
        Assert.Equal(ImportSource.Derived, (await db.Imports.SingleAsync(i => i.VersionId == version.Id)).Source);
        Assert.Contains(await db.Tasks.ToListAsync(), t => t.Kind == JobKind.Import && t.SubjectId == version.Id);
    }
}
