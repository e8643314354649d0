using System.Globalization;
using System.Threading.RateLimiting;
using MalariaLab.Core;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Sharing;
using MalariaLab.Imaging;
using MalariaLab.Web.Features.Datasets;
using MalariaLab.Web.Features.Documents;
using MalariaLab.Web.Hosting;
using MalariaLab.Web.Localisation;
using Microsoft.Extensions.Options;

namespace MalariaLab.Web.Features.Sharing;

/// <summary>The only addresses besides sign-in that a stranger may open: pages behind share links and their images.</summary>
public static class ShareEndpoints
{
    private const string Limited = "share";
    private const int RequestsAMinute = 300;
    private const int ThumbnailSide = 256;
    private const string ContentPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly string[] PreviewPrograms =
    [
        "bot", "crawl", "spider", "preview", "facebookexternalhit", "whatsapp", "slack", "discord", "telegram", "embedly", "mastodon",
    ];
    private static readonly string[] Browsers = ["Firefox", "Edg", "OPR", "Chrome", "Safari"];

    /// <summary>Registers what the pages need.</summary>
    public static void AddSharing(this IServiceCollection services)
    {
        services.AddSingleton<SharedPages>();
        // No guess at 128 bits succeeds; the limit keeps one stranger from keeping the lab busy.
        services.AddRateLimiter(options =>
        {
            options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            options.AddPolicy(Limited, http => RateLimitPartition.GetFixedWindowLimiter(http.Connection.RemoteIpAddress?.ToString() ?? "",
                _ => new FixedWindowRateLimiterOptions { PermitLimit = RequestsAMinute, Window = TimeSpan.FromMinutes(1) }));
        });
    }

    /// <summary>Maps them.</summary>
    public static void MapSharing(this IEndpointRouteBuilder endpoints)
    {
        var shared = endpoints.MapGroup("/s/{token}").AllowAnonymous().RequireRateLimiting(Limited).AddEndpointFilter(WithHeaders);
        shared.MapGet("", PageAsync);
        shared.MapGet("/images/{number}", ImageAsync);
    }

    private static async ValueTask<object?> WithHeaders(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var headers = context.HttpContext.Response.Headers;
        headers.ContentSecurityPolicy = ContentPolicy;
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        headers["X-Robots-Tag"] = "noindex, nofollow, noarchive";
        return await next(context);
    }

    private static async Task<IResult> PageAsync(
        string token,
        HttpRequest request,
        SharedPages pages,
        ShareLinks links,
        DocumentRenderer documents,
        IOptions<LabSettings> settings,
        CancellationToken ct)
    {
        var language = request.Cookies[Languages.Cookie] is { } chosen && Languages.IsKnown(chosen) ? chosen : settings.Value.Language;
        if (await pages.FindAsync(token, language, ct) is not { } found) return await GoneAsync(documents, language);
        if (Client(request.Headers.UserAgent.ToString()) is { } client) await links.CountViewAsync(found.Link.Id, client, ct);
        return Results.Content(found.Html, "text/html; charset=utf-8");
    }

    private static async Task<IResult> ImageAsync(
        string token,
        string number,
        SharedPages pages,
        DatasetQueries datasets,
        Thumbnails thumbnails,
        DocumentRenderer documents,
        IOptions<LabSettings> settings,
        CancellationToken ct)
    {
        if (int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var place) && await pages.ImageAsync(token, place, ct) is { } image
            && await datasets.ImageAsync(image.VersionId, image.Ordinal, ct) is { } row)
        {
            try
            {
                return Results.Bytes(await thumbnails.GetAsync(row.Sha256, ThumbnailSide, ct), "image/webp");
            }
            catch (Exception e) when (e is ImageException or ExplainedException)
            {
                // The sentence would name the file; the visitor gets what every missing thing gets.
            }
        }
        return await GoneAsync(documents, settings.Value.Language);
    }

    private static async Task<IResult> GoneAsync(DocumentRenderer documents, string language) =>
        Results.Content(await documents.RenderAsync<LinkGone>(new Dictionary<string, object?>(), language), "text/html; charset=utf-8", statusCode: StatusCodes.Status404NotFound);

    /// <summary>Family of a browser for the list of views; null for programs that only make previews.</summary>
    public static string? Client(string userAgent) =>
        PreviewPrograms.Any(p => userAgent.Contains(p, StringComparison.OrdinalIgnoreCase)) ? null
            : Browsers.FirstOrDefault(b => userAgent.Contains(b, StringComparison.Ordinal)) switch { "Edg" => "Edge", "OPR" => "Opera", null => "", var name => name };
}
