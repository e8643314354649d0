using MalariaLab.Core.Experiments;
using MalariaLab.Data.Datasets;
using MalariaLab.Imaging;
using MalariaLab.Web.Features.Experiments;
using MalariaLab.Web.Tests.Datasets;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MalariaLab.Web.Tests.Experiments;

public sealed class AugmentationPreviewerTests : IAsyncLifetime
{
    private readonly LabFactory lab = new();
    private StartedImport dataset = null!;

    public async ValueTask InitializeAsync() => dataset = await DatasetSeed.AddAsync(lab.Services, "cells", 4);

    public ValueTask DisposeAsync() => lab.DisposeAsync();

    private static ExperimentSpec Spec(AugmentationSpec augmentation, int channels = 3)
    {
        var spec = ExperimentDraft.Of(Recipes.Get("lenet")).Spec;
        return spec with { Augmentation = augmentation, Architecture = spec.Architecture with { Size = 48, Channels = channels } };
    }

    private Task<AugmentedViews?> ViewsAsync(ExperimentSpec spec, int ordinal = 1) =>
        lab.Services.GetRequiredService<AugmentationPreviewer>().ViewsAsync(dataset.VersionId, ordinal, spec);

    [Fact]
    public async Task Views_WithoutChanges_AllLookLikeTheOriginal()
    {
        var views = (await ViewsAsync(Spec(new())))!;
        Assert.Equal(AugmentationPreviewer.DrawCount, views.Draws.Count);
        Assert.All(views.Draws, draw => Assert.Equal(views.Original, draw));
        var picture = Decode(views.Original);
        Assert.Equal((48, 48, 3), (picture.Width, picture.Height, picture.Channels));
    }

    [Fact]
    public async Task Views_WithChanges_DifferFromEachOtherAndComeAgainForTheSameSeed()
    {
        var spec = Spec(new() { RotationDegrees = 90, Brightness = 0.5 });
        var views = (await ViewsAsync(spec))!;
        Assert.Equal(AugmentationPreviewer.DrawCount + 1, views.Draws.Append(views.Original).Distinct().Count());
        Assert.Equal(views.Draws, (await ViewsAsync(spec))!.Draws);
        Assert.NotEqual(views.Draws, (await ViewsAsync(spec with { Training = spec.Training with { Seed = 43 } }))!.Draws);
    }

    [Fact]
    public async Task Views_ForAGreyNetwork_AreGrey()
    {
        var picture = Decode((await ViewsAsync(Spec(new(), channels: 1)))!.Original);
        for (var p = 0; p < picture.Pixels.Length; p += 3) Assert.Equal(picture.Pixels[p], picture.Pixels[p + 2], tolerance: 4);
    }

    [Fact]
    public async Task Views_OfAnImageThatIsNotThere_AreNull() => Assert.Null(await ViewsAsync(Spec(new()), ordinal: 99));

    private static PixelImage Decode(string url) => ImageCodec.Decode(Convert.FromBase64String(url[(url.IndexOf(',') + 1)..]));
}
