using MalariaLab.Core;
using MalariaLab.Core.Datasets;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Api;

/// <summary>An image of a dataset.</summary>
public sealed record ImageItem(int Place, string Path, string Class, string? Group, int Width, int Height, string Format, int Bytes, string Sha256, string? Note);

/// <summary>Images that a filter takes: how many, and one page of them.</summary>
public sealed record ImageList(int Total, IReadOnlyList<ImageItem> Images);

/// <summary><c>/datasets/{dataset}/images</c>: the gallery's filters.</summary>
public static class GalleryEndpoints
{
    /// <summary>Adds the endpoint.</summary>
    public static void MapGallery(this IEndpointRouteBuilder api) => api.MapGet("/datasets/{dataset}/images", List)
        .WithSummary("Images of the newest version by class, patient, words in the path, longer side, quality, part of a split and what a run said of them.");

    private static async Task<ImageList> List(
        string dataset, DatasetQueries queries, IDbContextFactory<LabDbContext> factory, CancellationToken ct, string? @class = null, string? group = null, string? text = null,
        string? quality = null, int? minSide = null, int? maxSide = null, string? split = null, string? part = null, long? run = null, bool? right = null, string? predicted = null,
        int skip = 0, int take = 60)
    {
        if (split is null != part is null) throw new ExplainedException("A part belongs to a split: give both, or neither.");
        if (run is null && (right is not null || predicted is not null)) throw new ExplainedException("Say which run's predictions are meant: run=ID.");
        await using var db = await factory.CreateDbContextAsync(ct);
        var version = await db.Version(dataset, ct);
        int? Label(string? name) => name is null ? null : version.ClassNames.IndexOf(name) is >= 0 and var label ? label
            : throw new ExplainedException($"{version.Dataset!.Name} has no class \"{name}\"; it has {string.Join(", ", version.ClassNames)}.");
        var page = await queries.GalleryAsync(version.Id, new GalleryFilter
        {
            Label = Label(@class),
            Group = group,
            Text = text,
            Quality = ApiLookup.Word<ImageQuality>(quality, "quality"),
            MinSide = minSide,
            MaxSide = maxSide,
            SplitId = split is null ? null : (await db.Split(version, split, ct)).Id,
            Part = ApiLookup.Word<SplitPart>(part, "part"),
            RunId = run,
            Right = right,
            Predicted = Label(predicted),
            Skip = skip,
            Take = take,
        }, ct);
        return new(page.Total, [.. page.Items.Select(Item)]);

        ImageItem Item(DatasetImage i) =>
            new(i.Ordinal, i.Path, version.ClassNames[i.Label], i.Group, i.Width, i.Height, i.Format, i.Bytes, i.Sha256, i.Note);
    }
}
