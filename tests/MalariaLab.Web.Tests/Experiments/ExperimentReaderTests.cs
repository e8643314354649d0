using MalariaLab.Core.Experiments;
using MalariaLab.Core.Runs;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
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

    [Fact]
    public async Task Offer_OfARunOlderThanThoseOffered_HasItAndItsOwnStart()
    {
        await using var lab = new LabFactory();
        _ = lab.Services;
        await using var db = await lab.Services.GetRequiredService<IDbContextFactory<LabDbContext>>().CreateDbContextAsync();
        await LabSeed.FillAsync(db, 20, DateTimeOffset.UnixEpoch);
        var oldest = await db.Runs.Include(r => r.Experiment).Where(r => r.Status == RunStatus.Succeeded).OrderBy(r => r.Id).Take(2).ToListAsync();
        var spec = SpecJson.Read(oldest[1].Experiment!.SpecJson);
        oldest[1].Experiment!.SpecJson = SpecJson.Write(spec with { Weights = new() { Source = WeightsSource.Run, RunId = oldest[0].Id } });
        db.Runs.AddRange(Enumerable.Range(0, 200).Select(_ => new Run { Name = "newer", Ticket = "t", Status = RunStatus.Succeeded, ExperimentId = oldest[0].ExperimentId }));
        await db.SaveChangesAsync();
        var reader = lab.Services.GetRequiredService<ExperimentReader>();

        Assert.DoesNotContain((await reader.OfferAsync()).Runs, r => oldest.Exists(o => o.Id == r.Id));
        Assert.Equal([oldest[1].Id, oldest[0].Id], (await reader.OfferAsync(oldest[1].Id)).Runs.TakeLast(2).Select(r => r.Id));
    }
}
