using System.Globalization;
using MalariaLab.Core;
using MalariaLab.Core.Datasets;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Store;
using MalariaLab.Imaging;
using MalariaLab.Web.Api;
using Microsoft.Net.Http.Headers;

namespace MalariaLab.Web.Features.Datasets;

/// <summary>An image in the gallery.</summary>
public sealed record GalleryItem(int Ordinal, string Path, int Label, string? Group, int Width, int Height, int Channels, int Bytes, string Format, string Sha256, string? Note);

/// <summary>A page of the gallery.</summary>
public sealed record GalleryPage(int Total, IReadOnlyList<GalleryItem> Items);

/// <summary>Images of dataset versions for browsers. A version never changes, so what was fetched once is kept.</summary>
public static class ImageEndpoints
{
    /// <summary>Adds the endpoints.</summary>
    public static void MapImages(this IEndpointRouteBuilder endpoints)
    {
        var images = endpoints.MapGroup("/images/{versionId:long}").AddEndpointFilter<ApiProblems>();
        images.MapGet("", ListAsync);
        images.MapGet("/{ordinal:int}/thumbnail", ThumbnailAsync);
        images.MapGet("/{ordinal:int}/facts", FactsAsync);
        images.MapGet("/{ordinal:int}", ImageAsync);
    }

    private static async Task<GalleryPage> ListAsync(
        long versionId,
        DatasetQueries queries,
        CancellationToken ct,
        int? label = null,
        string? group = null,
        string? text = null,
        ImageQuality? quality = null,
        int? minSide = null,
        int? maxSide = null,
        long? split = null,
        SplitPart? part = null,
        long? run = null,
        bool? right = null,
        int? predicted = null,
        int skip = 0,
        int take = 60)
    {
        var page = await queries.GalleryAsync(versionId, new GalleryFilter
        {
            Label = label,
            Group = string.IsNullOrEmpty(group) ? null : group,
            Text = text,
            Quality = quality,
            MinSide = minSide,
            MaxSide = maxSide,
            SplitId = split,
            Part = part,
            RunId = run,
            Right = right,
            Predicted = predicted,
            Skip = skip,
            Take = take,
        }, ct);
        return new(page.Total, [.. page.Items.Select(Item)]);

        static GalleryItem Item(DatasetImage i) =>
            new(i.Ordinal, i.Path, i.Label, i.Group, i.Width, i.Height, i.Channels, i.Bytes, i.Format, i.Sha256, i.Note);
    }

    private static async Task<ImageKnowledge> FactsAsync(long versionId, int ordinal, ImageFacts facts, CancellationToken ct) =>
        await facts.FindAsync(versionId, ordinal, ct) ?? throw new NotFoundException($"Dataset version {versionId} has no image {ordinal}.");

    private static Task<IResult> ThumbnailAsync(
        long versionId,
        int ordinal,
        HttpContext http,
        DatasetQueries queries,
        Thumbnails thumbnails,
        CancellationToken ct,
        int size = 128)
    {
        var variant = Thumbnails.Side(size).ToString(CultureInfo.InvariantCulture);
        return AnswerAsync(versionId, ordinal, variant, "image/webp", http, queries, sha256 => thumbnails.GetAsync(sha256, size, ct), ct);
    }

    private static Task<IResult> ImageAsync(long versionId, int ordinal, HttpContext http, DatasetQueries queries, ContentStore store, CancellationToken ct)
    {
        return AnswerAsync(versionId, ordinal, "png", "image/png", http, queries, PngAsync, ct);

        async Task<byte[]> PngAsync(string sha256) => ImageCodec.Encode(ImageCodec.Decode(await store.ReadAsync(sha256, ct), channels: 0), ImageFormat.Png);
    }

    private static async Task<IResult> AnswerAsync(
        long versionId, int ordinal, string variant, string type, HttpContext http, DatasetQueries queries, Func<string, Task<byte[]>> make, CancellationToken ct)
    {
        var image = await queries.ImageAsync(versionId, ordinal, ct) ?? throw new NotFoundException($"Dataset version {versionId} has no image {ordinal}.");
        var tag = new EntityTagHeaderValue($"\"{image.Sha256}-{variant}\"");
        if (http.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false)))
        {
            Keep(http);
            http.Response.GetTypedHeaders().ETag = tag;
            return Results.StatusCode(StatusCodes.Status304NotModified);
        }
        try
        {
            var bytes = await make(image.Sha256);
            Keep(http);
            return Results.Bytes(bytes, type, entityTag: tag);
        }
        catch (ImageException e)
        {
            throw new ExplainedException($"{image.Path} cannot be shown. {e.Message}", e);
        }
    }

    // An image never changes; a refusal may, when what is damaged has been restored.
    private static void Keep(HttpContext http) => http.Response.Headers.CacheControl = "private, max-age=31536000, immutable";
}
