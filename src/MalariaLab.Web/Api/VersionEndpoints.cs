using System.Globalization;
using System.Security.Claims;
using MalariaLab.Core;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Datasets.Insights;
using MalariaLab.Core.Jobs;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using MalariaLab.Web.Features.Datasets;
using MalariaLab.Web.Security;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Api;

/// <summary>A version of a dataset.</summary>
public sealed record VersionItem(
    int Version, string Status, string Verdict, int Images, string Hash, DateTimeOffset CreatedAt, long? CreatedBy, string Reason, int? Parent, VersionSummary? Changes);

/// <summary>The request for a version without or with other labels of some images, which are named by path or SHA-256.</summary>
/// <param name="Exclude">Images to leave out.</param>
/// <param name="Relabel">Image → name of its class.</param>
/// <param name="Reason">Why.</param>
/// <param name="CarrySplits">Take the splits over.</param>
public sealed record VersionRequest(IReadOnlyList<string>? Exclude = null, IReadOnlyDictionary<string, string>? Relabel = null, string Reason = "", bool CarrySplits = true);

/// <summary>What two versions differ in.</summary>
public sealed record DiffItem(IReadOnlyList<ClassChange> Classes, IReadOnlyList<string> Added, IReadOnlyList<string> Removed, IReadOnlyList<LabelChange> Relabelled);

/// <summary>Images of a class before and after.</summary>
public sealed record ClassChange(string Class, int Before, int After);

/// <summary>An image whose class changed.</summary>
public sealed record LabelChange(string Path, string From, string To);

/// <summary>A dataset in the trash.</summary>
public sealed record TrashedItem(long Dataset, string Name, DateTimeOffset? TrashedAt, int Versions, int Runs);

/// <summary>Versions of datasets, and the trash.</summary>
public static class VersionEndpoints
{
    /// <summary>Adds the endpoints.</summary>
    public static void MapVersions(this IEndpointRouteBuilder api)
    {
        api.MapGet("/datasets/{dataset}/versions", List).WithSummary("All versions of a dataset, newest first: who made them, when and why.");
        api.MapPost("/datasets/{dataset}/versions", Create).WithSummary("Makes the next version by leaving out or relabelling images, named by path or SHA-256.");
        api.MapPost("/datasets/{dataset}/duplicates/resolve", KeepOne)
            .WithSummary("Makes the next version with one image of each set of near-duplicates; "
                + "distance is the largest difference of two hashes in bits, 0 to 10.");
        api.MapGet("/datasets/{dataset}/changes", Diff).WithSummary("What differs between two versions, by their numbers.");
        api.MapDelete("/datasets/{dataset}", Trash).WithSummary("Puts a dataset into the trash; its runs keep working.");
        api.MapGet("/trash/datasets", Trashed).WithSummary("Datasets in the trash.");
        api.MapPost("/trash/datasets/{id:long}", Restore).WithSummary("Takes a dataset out of the trash.");
        api.MapDelete("/trash/datasets/{id:long}", Purge).WithSummary("Deletes a trashed dataset for good and says how many bytes of disk that freed.");
    }

    private static async Task<IReadOnlyList<VersionItem>> List(string dataset, DatasetQueries queries, IDbContextFactory<LabDbContext> factory, CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var versions = await queries.VersionsAsync((await db.Version(dataset, ct)).DatasetId, ct);
        return [.. versions.Select(v => Item(v, versions))];
    }

    private static async Task<IResult> Create(
        string dataset,
        VersionRequest request,
        ClaimsPrincipal user,
        DerivedVersions derived,
        DatasetQueries queries,
        IDbContextFactory<LabDbContext> factory,
        CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var parent = await db.Version(dataset, ct);
        var images = await db.DatasetImages.Where(i => i.VersionId == parent.Id).Select(i => new { i.Ordinal, i.Path, i.Sha256 }).ToListAsync(ct);
        var byName = images.SelectMany(i => (KeyValuePair<string, int>[])[new(i.Path, i.Ordinal), new(i.Sha256, i.Ordinal)]).DistinctBy(p => p.Key).ToDictionary();
        int Ordinal(string image) => byName.TryGetValue(image, out var ordinal) ? ordinal
            : throw new ExplainedException($"{parent.Dataset!.Name} has no image \"{image}\" in version {parent.Number}: name images by their path or SHA-256.");
        int Label(string name) => parent.ClassNames.IndexOf(name) is >= 0 and var label ? label
            : throw new ExplainedException($"{parent.Dataset!.Name} has no class \"{name}\"; it has {string.Join(", ", parent.ClassNames)}.");
        var made = await derived.CreateAsync(new()
        {
            ParentVersionId = parent.Id,
            Exclude = [.. (request.Exclude ?? []).Select(Ordinal)],
            Relabel = (request.Relabel ?? new Dictionary<string, string>()).ToDictionary(p => Ordinal(p.Key), p => Label(p.Value)),
            Reason = request.Reason,
            CarrySplits = request.CarrySplits,
        }, user.Actor(), ct);
        return await MadeAsync(made, parent, queries, ct);
    }

    private static async Task<IResult> KeepOne(
        string dataset,
        ClaimsPrincipal user,
        DerivedVersions derived,
        DatasetInsights insights,
        DatasetQueries queries,
        IDbContextFactory<LabDbContext> factory,
        CancellationToken ct,
        int distance = DuplicateSet.UsualDistance)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var parent = await db.Version(dataset, ct);
        var report = await insights.FindAsync<DuplicateReport>(parent.Id, JobKind.Duplicates, ct)
            ?? throw new ExplainedException($"Nobody has looked for near-duplicates in version {parent.Number} of {parent.Dataset!.Name} yet: ask for them first.");
        if (distance < 0 || distance > report.MaxDistance) throw new ExplainedException($"Near-duplicates are known up to {report.MaxDistance} bits apart, not {distance}.");
        var leaving = DuplicateSet.Leaving(DuplicateSet.Of([.. report.Pairs.Where(p => p.Distance <= distance)]), new Dictionary<int, int>());
        var made = await derived.CreateAsync(new() { ParentVersionId = parent.Id, Exclude = leaving, Reason = DuplicateSet.Reason(report, distance) }, user.Actor(), ct);
        return await MadeAsync(made, parent, queries, ct);
    }

    private static async Task<IResult> MadeAsync(DerivedVersion made, DatasetVersion parent, DatasetQueries queries, CancellationToken ct) =>
        Results.Created(LabUrls.Dataset(made.DatasetId, made.Number), Item((await queries.VersionAsync(made.VersionId, ct))!, [parent]));

    private static async Task<DiffItem> Diff(
        string dataset,
        int from,
        int to,
        DatasetQueries queries,
        VersionDiffs diffs,
        IDbContextFactory<LabDbContext> factory,
        CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var newest = await db.Version(dataset, ct);
        var versions = await queries.VersionsAsync(newest.DatasetId, ct);
        long Id(int number) => versions.FirstOrDefault(v => v.Number == number)?.Id
            ?? throw new NotFoundException($"{newest.Dataset!.Name} has no version {number.ToString(CultureInfo.InvariantCulture)}.");
        var diff = await diffs.CompareAsync(Id(from), Id(to), ct);
        return new(
            [.. diff.Classes.Select(c => new ClassChange(c.Name, c.Before, c.After))], [.. diff.Added.Select(i => i.Path)], [.. diff.Removed.Select(i => i.Path)],
            [.. diff.Relabelled.Select(i => new LabelChange(i.Path, i.From, i.To))]);
    }

    private static async Task<IResult> Trash(string dataset, DatasetCommands commands, IDbContextFactory<LabDbContext> factory, CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var version = await db.Version(dataset, ct);
        await commands.TrashAsync(version.DatasetId, ct);
        return Results.Ok(new { dataset = version.DatasetId, name = version.Dataset!.Name });
    }

    private static async Task<IReadOnlyList<TrashedItem>> Trashed(DatasetQueries queries, CancellationToken ct) =>
        [.. (await queries.ListAsync(trashed: true, ct)).Select(r => new TrashedItem(r.Dataset.Id, r.Dataset.Name, r.Dataset.TrashedAt, r.Versions, r.Runs))];

    private static async Task<IResult> Restore(long id, DatasetCommands commands, CancellationToken ct)
    {
        await commands.RestoreAsync(id, ct);
        return Results.Ok(new { dataset = id });
    }

    private static async Task<IResult> Purge(long id, ClaimsPrincipal user, DatasetCommands commands, CancellationToken ct) =>
        Results.Ok(new { dataset = id, freedBytes = await commands.PurgeAsync(id, user.Actor(), ct) });

    private static VersionItem Item(DatasetVersion version, IReadOnlyList<DatasetVersion> others) => new(
        version.Number, version.Status.ToString(), version.Verdict, version.ImageCount, version.ContentHash, version.CreatedAt, version.CreatedById, version.Note,
        others.FirstOrDefault(v => v.Id == version.ParentVersionId)?.Number, VersionSummary.Read(version.ChangesJson));
}
