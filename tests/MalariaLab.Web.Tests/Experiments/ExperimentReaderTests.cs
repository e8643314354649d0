using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Web.Features.Experiments;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MalariaLab.Web.Tests.Experiments;

public sealed class ExperimentReaderTests
{
    [Fact]
    public async Task Offer_HasReadyVersionsFinishedRunsAndTheirPaces()
    {
        await using var lab = new LabFactory();
        _ = lab.Services;
        await using var db = await lab.Services.GetRequiredService<IDbContextFactory<LabDbContext>>().CreateDbContextAsync();
        var runs = await LabSeed.FillAsync(db, 20, DateTimeOffset.UnixEpoch);
        var reader = lab.Services.GetRequiredService<ExperimentReader>();
        var offer = await reader.OfferAsync();

        Assert.Equal(("nih-malaria-cells", 1), (Assert.Single(offer.Versions).Name, offer.Versions[0].Number));
        Assert.Equal(await db.Runs.CountAsync(r => r.Status == RunStatus.Succeeded), offer.Runs.Count);
        Assert.NotEmpty(offer.Paces);
        Assert.All(offer.Paces, pace => Assert.True(pace.ImagesPerSecond > 0));

        var clone = await reader.RunAsync(runs[5]);
        Assert.Equal((await db.Runs.SingleAsync(r => r.Id == runs[5])).Name, clone!.Value.Name);
        Assert.Null(await reader.RunAsync(9999));
    }
}
