using System.Security.Claims;
using MalariaLab.Core.Datasets;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using MalariaLab.Web.Security;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Api;

/// <summary>Images of one class in a part of a split.</summary>
/// <param name="Part">Train, Validation, Test or Unused.</param>
/// <param name="Class">The class.</param>
/// <param name="Images">Its images in the part.</param>
/// <param name="Share">Their share of the part; null where it is empty.</param>
/// <param name="OfAll">The class's share of all images, for comparison.</param>
public sealed record PartClass(string Part, string Class, int Images, double? Share, double OfAll);

/// <summary>A split with its counts and with what leaks between its parts.</summary>
/// <param name="Split">The split.</param>
/// <param name="Classes">Images a part and class.</param>
/// <param name="SharedGroups">Groups (patients) with images in more than one part.</param>
/// <param name="SharedContents">Contents that stand in more than one part, by SHA-256.</param>
public sealed record SplitDetail(SplitItem Split, IReadOnlyList<PartClass> Classes, IReadOnlyList<SharedKey> SharedGroups, IReadOnlyList<SharedKey> SharedContents);

/// <summary><c>/datasets/{dataset}/splits</c>.</summary>
public static class SplitEndpoints
{
    /// <summary>Adds the endpoints.</summary>
    public static void MapSplits(this IEndpointRouteBuilder api)
    {
        api.MapPost("/datasets/{dataset}/splits", Create).WithSummary("Deals the images to training, validation and test, once and for all.");
        api.MapGet("/datasets/{dataset}/splits/{split}", Show).WithSummary("A split: images a part and class, and the patients that leak between parts.");
        api.MapDelete("/datasets/{dataset}/splits/{split}", Delete).WithSummary("Deletes a split that no run uses.");
    }

    private static async Task<IResult> Create(
        string dataset,
        SplitRequest request,
        ClaimsPrincipal user,
        SplitCommands splits,
        IDbContextFactory<LabDbContext> factory,
        CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var version = await db.Version(dataset, ct);
        var id = await splits.CreateAsync(version.Id, request.Plan(), request.Name, user.Actor(), ct);
        return Results.Created(LabUrls.Dataset(version.DatasetId), Item(await db.Splits.AsNoTracking().SingleAsync(s => s.Id == id, ct)));
    }

    private static async Task<SplitDetail> Show(string dataset, string split, SplitCommands splits, IDbContextFactory<LabDbContext> factory, CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var version = await db.Version(dataset, ct);
        var found = await db.Split(version, split, ct);
        var report = await splits.ReportAsync(found.Id, ct);
        return new(
            Item(found),
            [.. report.Parts.Where(p => p.Images > 0).SelectMany(p => p.ClassCounts.Select((count, label) =>
                new PartClass(p.Part.ToString(), version.ClassNames[label], count, (double)count / p.Images, (double)version.ClassCounts[label] / version.ImageCount)))],
            report.SharedGroups, report.SharedContents);
    }

    private static async Task<IResult> Delete(string dataset, string split, SplitCommands splits, IDbContextFactory<LabDbContext> factory, CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var found = await db.Split(await db.Version(dataset, ct), split, ct);
        await splits.DeleteAsync(found.Id, ct);
        return Results.Ok(new { split = found.Id, name = found.Name });
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
}
