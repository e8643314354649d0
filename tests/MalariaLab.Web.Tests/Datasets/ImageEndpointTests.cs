using System.Net;
using System.Net.Http.Json;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Datasets.Insights;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using MalariaLab.Imaging;
using MalariaLab.Web.Features.Datasets;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MalariaLab.Web.Tests.Datasets;

/// <summary>Images and refusal lists over HTTP.</summary>
public sealed class ImageEndpointTests : IAsyncLifetime
{
    private readonly LabFactory lab = new();
    private HttpClient browser = null!;
    private StartedImport dataset = null!;

    public async ValueTask InitializeAsync()
    {
        browser = lab.Browser();
        (await lab.SetUp(browser)).Dispose();
        dataset = await DatasetSeed.AddAsync(lab.Services, "cells", 12);
    }

    public async ValueTask DisposeAsync()
    {
        browser.Dispose();
        await lab.DisposeAsync();
    }

    [Fact]
    public async Task Thumbnail_IsSmallCachedOnDiskAndKeptByTheBrowser()
    {
        var address = LabUrls.Thumbnail(dataset.VersionId, 11, 24);
        using var first = await browser.GetAsync(address);
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal("image/webp", first.Content.Headers.ContentType!.MediaType);
        var picture = ImageCodec.Decode(await first.Content.ReadAsByteArrayAsync());
        Assert.Equal((31, 16), (picture.Width, picture.Height));
        Assert.Single(Directory.GetFiles(Path.Combine(lab.Services.GetRequiredService<LabPaths>().Cache, "thumbnails"), "*.webp", SearchOption.AllDirectories));

        using var again = new HttpRequestMessage(HttpMethod.Get, address);
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var second = await browser.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        Assert.Contains("immutable", second.Headers.CacheControl!.ToString());
    }

    [Fact]
    public async Task Image_HasThePixelsOfTheOriginal()
    {
        var file = await browser.GetByteArrayAsync(LabUrls.Image(dataset.VersionId, 3));
        Assert.Equal(DatasetSeed.Picture(3).Pixels, ImageCodec.Decode(file).Pixels);
    }

    [Fact]
    public async Task Image_ThatIsNotThere_IsNotFoundWithASentence()
    {
        using var answer = await browser.GetAsync(LabUrls.Image(dataset.VersionId, 99));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("has no image 99", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Image_WhoseContentIsMissing_IsRefusedUntilItIsBack()
    {
        var pack = Assert.Single(Directory.GetFiles(lab.Services.GetRequiredService<LabPaths>().Store));
        File.Move(pack, pack + ".away");
        using (var refused = await browser.GetAsync(LabUrls.Image(dataset.VersionId, 3)))
        {
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            // A browser that keeps the refusal for a year would show it after the pack was restored.
            Assert.Null(refused.Headers.CacheControl);
        }
        File.Move(pack + ".away", pack);
        using var answer = await browser.GetAsync(LabUrls.Image(dataset.VersionId, 3));
        Assert.Contains("immutable", answer.Headers.CacheControl!.ToString());
    }

    [Fact]
    public async Task List_FilteredByClassPatientAndPart_GivesThoseImagesOnly()
    {
        var split = await lab.Services.GetRequiredService<SplitCommands>()
            .CreateAsync(dataset.VersionId, new SplitPlan { TrainPercent = 50, ValidationPercent = 25, TestPercent = 25, Stratified = false }, "s", new Actor(null, "Ada"));
        var test = await ListAsync($"split={split}&part=Test");
        Assert.Equal(3, test.Total);
        Assert.Single(test.Items.Select(i => i.Group).Distinct());

        var some = await ListAsync("label=1&group=P3&skip=1&take=1");
        Assert.Equal(3, some.Total);
        Assert.Equal((7, 1, "P3"), (some.Items[0].Ordinal, some.Items[0].Label, some.Items[0].Group));
    }

    [Fact]
    public async Task List_FilteredByQualitySizeAndARunsPredictions_GivesThoseImagesOnly()
    {
        // Widths are 20 to 31, so that every image is tiny; places are those of the manifest.
        Assert.Equal(12, (await ListAsync("quality=Tiny")).Total);
        Assert.Equal([5, 6, 7], (await ListAsync("minSide=25&maxSide=27")).Items.Select(i => i.Ordinal));
        Assert.Equal(0, (await ListAsync("quality=Duplicate")).Total);
        Assert.Equal([10, 11], (await ListAsync("skip=10&take=5")).Items.Select(i => i.Ordinal));

        await InsightSeed.AddDuplicatesAsync(lab.Services, dataset.VersionId, new DuplicatePair(3, 9, 2, 1.5));
        Assert.Equal([3, 9], (await ListAsync("quality=Duplicate")).Items.Select(i => i.Ordinal));

        // The run calls the first six images positive and the rest negative.
        var run = await InsightSeed.AddPredictionsAsync(lab.Services, dataset.VersionId, i => i < 6 ? 0.9f : 0.2f);
        Assert.Equal(12, (await ListAsync($"run={run}")).Total);
        Assert.Equal([1, 3, 5, 6, 8, 10], (await ListAsync($"run={run}&right=true")).Items.Select(i => i.Ordinal));
        Assert.Equal([0, 1, 2, 3, 4, 5], (await ListAsync($"run={run}&predicted=1")).Items.Select(i => i.Ordinal));
        Assert.Equal([7, 9, 11], (await ListAsync($"run={run}&right=false&label=1")).Items.Select(i => i.Ordinal));

        var known = (await browser.GetFromJsonAsync<ImageKnowledge>($"{LabUrls.Image(dataset.VersionId, 9)}/facts"))!;
        Assert.Equal(new ImageTwin(3, 2), Assert.Single(known.Twins));
        Assert.Equal((run, 0, false), (known.Said[0].Run, known.Said[0].Predicted, known.Said[0].Right));
        Assert.Equal(0.8f, known.Said[0].Probability, 1e-6f);
    }

    [Fact]
    public async Task Stranger_SeesNoImage()
    {
        using var stranger = lab.Browser();
        using var answer = await stranger.GetAsync(LabUrls.Thumbnail(dataset.VersionId, 0, 128));
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
    }

    [Fact]
    public async Task Refusals_AsCsv_QuoteAndDefuseWhatFileNamesBring()
    {
        var lines = (await browser.GetStringAsync(LabUrls.Refusals(dataset.VersionId))).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("path,kind,reason", lines[0]);
        Assert.Equal(3, lines.Length);
        Assert.DoesNotContain(lines, l => l.StartsWith('='));
        Assert.Contains("\"a, b.txt\",notAnImage,It is no image.", lines);
    }

    private async Task<GalleryPage> ListAsync(string query) =>
        (await browser.GetFromJsonAsync<GalleryPage>($"{LabUrls.Images(dataset.VersionId)}?{query}"))!;
}
