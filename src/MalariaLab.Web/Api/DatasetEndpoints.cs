using System.Security.Claims;
using MalariaLab.Core.Datasets;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using MalariaLab.Web.Security;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Api;

/// <summary><c>/datasets</c> and their splits.</summary>
public static class DatasetEndpoints
{
    /// <summary>Adds the endpoints.</summary>
    public static void MapDatasets(this IEndpointRouteBuilder api)
    {
        api.MapGet("/datasets", List).WithSummary("All datasets, each with its newest version.");
        api.MapGet("/datasets/{dataset}", Show).WithSummary("One dataset with its splits and refused files.");
        api.MapPost("/datasets/{dataset}/splits", CreateSplit).WithSummary("Deals the images to training, validation and test, once and for all.");
    }

    private static async Task<IReadOnlyList<DatasetItem>> List(DatasetQueries queries, CancellationToken ct)
    {
        var rows = await queries.ListAsync(cancellationToken: ct);
        return [.. rows.Where(r => r.Latest is not null).Select(r => { r.Latest!.Dataset = r.Dataset; return Item(r.Latest); })];
    }

    private static async Task<DatasetDetail> Show(string dataset, IDbContextFactory<LabDbContext> factory, CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var version = await db.Version(dataset, ct);
        var splits = await db.Splits.AsNoTracking().Where(s => s.VersionId == version.Id).OrderBy(s => s.Id).ToListAsync(ct);
        var refusals = await db.ImportRefusals.AsNoTracking().Where(r => r.VersionId == version.Id).OrderBy(r => r.Id)
            .Select(r => new Refusal(r.Path, r.Kind, r.Reason)).ToListAsync(ct);
        var item = Item(version);
        return new DatasetDetail
        {
            Dataset = item.Dataset,
            Name = item.Name,
            Version = item.Version,
            Status = item.Status,
            Verdict = item.Verdict,
            Images = item.Images,
            Classes = item.Classes,
            Groups = item.Groups,
            Refused = item.Refused,
            PositiveClass = version.PositiveClass is { } positive ? version.ClassNames[positive] : null,
            Bytes = version.Bytes,
            Hash = version.ContentHash,
            ClassCounts = version.ClassNames.Zip(version.ClassCounts, (name, count) => new ClassCount(name, count)).ToList(),
            Splits = splits.ConvertAll(Item),
            Refusals = refusals,
        };
    }

    private static async Task<IResult> CreateSplit(string dataset, SplitRequest request, ClaimsPrincipal user, SplitCommands splits, IDbContextFactory<LabDbContext> factory, CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var version = await db.Version(dataset, ct);
        var id = await splits.CreateAsync(version.Id, request.Plan(), request.Name, user.Actor(), ct);
        return Results.Created(LabUrls.Dataset(version.DatasetId), Item(await db.Splits.AsNoTracking().SingleAsync(s => s.Id == id, ct)));
    }

    /// <summary>A split as the API shows it.</summary>
    internal static SplitItem Item(Split split) => new()
    {
        Split = split.Id,
        Name = split.Name,
        Train = split.TrainCount,
        Validation = split.ValidationCount,
        Test = split.TestCount,
        LeakedGroups = split.LeakingGroups,
        Hash = split.Hash,
        TestSet = split.TestSetHash,
    };

    /// <summary>The plan behind a request.</summary>
    /// <exception cref="FormatException"><c>by</c> is none of the known words.</exception>
    internal static SplitPlan Plan(this SplitRequest request) => new()
    {
        Method = request.By == "folders" ? SplitMethod.Folders : SplitMethod.Ratio,
        Unit = request.By switch
        {
            "image" or "folders" => SplitUnit.Image,
            "patient" or "group" => SplitUnit.Group,
            _ => throw new FormatException($"\"{request.By}\" is not a unit of splitting. Use image, patient or folders."),
        },
        TrainPercent = request.Train,
        ValidationPercent = request.Validation,
        TestPercent = request.Test,
        Seed = request.Seed,
        Stratified = request.Stratified,
    };

    private static DatasetItem Item(DatasetVersion version) => new()
    {
        Dataset = version.DatasetId,
        Name = version.Dataset!.Name,
        Version = version.Number,
        Status = version.Status.ToString(),
        Verdict = version.Verdict,
        Images = version.ImageCount,
        Classes = version.ClassNames,
        Groups = version.GroupCount,
        Refused = version.RefusalCount,
    };
}
