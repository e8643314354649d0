using MalariaLab.Core;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Api;

/// <summary>The request for a positive class.</summary>
/// <param name="Class">Name of the class.</param>
public sealed record PositiveRequest(string Class);

/// <summary><c>/datasets</c>.</summary>
public static class DatasetEndpoints
{
    /// <summary>Adds the endpoints.</summary>
    public static void MapDatasets(this IEndpointRouteBuilder api)
    {
        api.MapGet("/datasets", List).WithSummary("All datasets, each with its newest version.");
        api.MapGet("/datasets/{dataset}", Show).WithSummary("One dataset with its splits and refused files.");
        api.MapPut("/datasets/{dataset}/positive", SetPositive).WithSummary("Chooses the class that counts as positive, while no run has used the version.");
    }

    private static async Task<DatasetDetail> SetPositive(
        string dataset,
        PositiveRequest request,
        DatasetCommands commands,
        IDbContextFactory<LabDbContext> factory,
        CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var version = await db.Version(dataset, ct);
        var label = version.ClassNames.IndexOf(request.Class);
        if (label < 0) throw new ExplainedException($"{version.Dataset!.Name} has no class \"{request.Class}\". It has {string.Join(", ", version.ClassNames)}.");
        await commands.SetPositiveClassAsync(version.Id, label, ct);
        return await Show(dataset, factory, ct);
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
            Splits = splits.ConvertAll(SplitEndpoints.Item),
            Refusals = refusals,
        };
    }

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
