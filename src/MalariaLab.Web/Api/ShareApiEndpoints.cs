using System.Security.Claims;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Sharing;
using MalariaLab.Web.Features.Documents;
using MalariaLab.Web.Security;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Api;

/// <summary><c>/shares</c> and <c>/runs/{run}/report</c>: taking results out of the lab.</summary>
public static class ShareApiEndpoints
{
    /// <summary>Adds the endpoints.</summary>
    public static void MapShares(this IEndpointRouteBuilder api)
    {
        api.MapGet("/shares", List).WithSummary("Share links that are not revoked, newest first.");
        api.MapPost("/shares", Create).WithSummary("Makes a secret read-only link to a run or a comparison; its address is in the answer and never again.");
        api.MapDelete("/shares/{share:long}", (long share, ClaimsPrincipal user, ShareLinks links, CancellationToken ct) =>
                links.RevokeAsync(share, user.Actor(), user.IsInRole(LabRoles.Admin), ct))
            .WithSummary("Ends a link at once.");
        api.MapGet("/runs/{run}/report", Report).WithSummary("The evidence report of a run: one HTML file. names=true shows patient ids, language is en or zh.");
    }

    private static async Task<IReadOnlyList<ShareItem>> List(ShareLinks links, CancellationToken ct) => [.. (await links.ListAsync(cancellationToken: ct)).Select(Item)];

    private static async Task<IResult> Create(
        ShareRequest request,
        HttpRequest http,
        ClaimsPrincipal user,
        IDbContextFactory<LabDbContext> factory,
        ShareLinks links,
        CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var ids = new List<long>();
        foreach (var run in request.Runs) ids.Add((await db.Run(run, ct)).Id);
        var life = request.Days is { } days ? TimeSpan.FromDays(Math.Clamp(days, 0, 36_500)) : (TimeSpan?)null;
        var token = await links.CreateAsync(new(ids) { Life = life, ShowNames = request.Names, AllowPreview = request.Preview }, user.Actor(), ct);
        var item = Item((await links.FindAsync(token, ct))!);
        return Results.Created($"{LabUrls.Api}/shares", item with { Url = $"{http.Scheme}://{http.Host}{LabUrls.Share(token)}" });
    }

    private static async Task<IResult> Report(
        string run,
        HttpContext http,
        IDbContextFactory<LabDbContext> factory,
        EvidenceReports reports,
        CancellationToken ct,
        bool names = false,
        string? language = null)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var found = await db.Run(run, ct);
        var html = await reports.HtmlAsync(found.Id, names, language, ct) ?? throw new NotFoundException($"There is no run \"{run}\".");
        return EvidenceReports.Answer(http, found.Id, html, download: true);
    }

    private static ShareItem Item(ShareLink link) => new(
        link.Id,
        link.Kind.ToString(),
        link.RunIds,
        link.Title,
        link.ShowNames,
        link.AllowPreview,
        link.CreatedAt,
        link.ExpiresAt,
        link.Views,
        link.LastViewedAt);
}

/// <summary>The request for a share link.</summary>
/// <param name="Runs">Ids or names: one run, or several to be compared.</param>
/// <param name="Days">Days that it works; null without end.</param>
/// <param name="Names">Shows file names and patient ids.</param>
/// <param name="Preview">Lets chat previews quote the result.</param>
public sealed record ShareRequest(IReadOnlyList<string> Runs, double? Days = null, bool Names = false, bool Preview = false);

/// <summary>A share link.</summary>
public sealed record ShareItem(
    long Share,
    string Kind,
    IReadOnlyList<long> Runs,
    string Title,
    bool Names,
    bool Preview,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    int Views,
    DateTimeOffset? LastViewedAt)
{
    /// <summary>Address of the page; only in the answer that made it.</summary>
    public string? Url { get; init; }
}
