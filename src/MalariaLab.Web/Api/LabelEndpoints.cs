using System.Globalization;
using System.Security.Claims;
using MalariaLab.Core;
using MalariaLab.Core.Evaluation;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Labels;
using MalariaLab.Web.Features.Labels;
using MalariaLab.Web.Security;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Api;

/// <summary>An image whose out-of-sample prediction contradicts its label.</summary>
public sealed record SuspectItem(string Path, string Label, string Suggested, double SelfConfidence, double Margin);

/// <summary>A judgement of a label: keep, relabel or exclude.</summary>
public sealed record JudgementRequest(string Image, string Decision, string? Label = null);

/// <summary>What one reader gave an image: a class, or <c>leave out</c>.</summary>
public sealed record ReadingItem(long Reader, string Judgement);

/// <summary>An image about which readers differ.</summary>
public sealed record DisagreementItem(string Path, string Label, IReadOnlyList<ReadingItem> Readings);

/// <summary>Agreement of two readers on their blind judgements.</summary>
public sealed record AgreementItem(long First, long Second, int Images, double? Same, double? Kappa, double? KappaLow, double? KappaHigh);

/// <summary>The label check over REST.</summary>
public static class LabelEndpoints
{
    private const int MostListed = 10_000;

    /// <summary>Adds the endpoints.</summary>
    public static void MapLabels(this IEndpointRouteBuilder api)
    {
        api.MapGet("/datasets/{dataset}/labels/suspects", Suspects)
            .WithSummary("Images of the newest version whose out-of-sample prediction by a run, "
                + "or by a group of folds, confidently contradicts the label.");
        api.MapPost("/datasets/{dataset}/labels", Judge).WithSummary("Stores the caller's judgement of an image: keep, relabel or exclude.");
        api.MapDelete("/datasets/{dataset}/labels", Undo).WithSummary("Takes the caller's judgement of an image back; a blind one stays once another reader has judged the image.");
        api.MapGet("/datasets/{dataset}/labels/disagreements", Disagreements).WithSummary("Images about which readers differ, of those that the caller has judged.");
        api.MapGet("/datasets/{dataset}/labels/agreement", Agreement).WithSummary("Cohen's kappa of each two readers on their blind judgements.");
        api.MapPost("/datasets/{dataset}/labels/version", MakeVersion).WithSummary("Makes the next version from what the readers agree on.");
    }

    private static async Task<IReadOnlyList<SuspectItem>> Suspects(
        string dataset,
        OutOfSample scores,
        IDbContextFactory<LabDbContext> factory,
        CancellationToken ct,
        long? run = null,
        long? group = null,
        string? order = null,
        int limit = 100)
    {
        if (run is null == group is null) throw new ExplainedException("Say whose scores to use: run=ID or group=ID.");
        await using var db = await factory.CreateDbContextAsync(ct);
        var version = await db.Version(dataset, ct);
        if (group is { } id && (await scores.SourcesAsync(version.Id, ct)).All(s => !s.IsGroup || s.Id != id))
            throw new ExplainedException($"Group {id} has no finished fold on the newest version of {version.Dataset!.Name}.");
        var found = run is { } runId ? await scores.OfRunAsync(version.Id, runId, ct) : await scores.OfGroupAsync(group!.Value, ct);
        if (found is null) throw new ExplainedException($"{(run is null ? $"Group {group}" : $"Run {run}")} has no scores of the newest version of {version.Dataset!.Name}.");
        var by = ApiLookup.Word<LabelIssueOrder>(order, "order") ?? LabelIssueOrder.SelfConfidence;
        var suspects = LabelQueue.Suspects(found, by).Take(Math.Clamp(limit, 1, MostListed)).ToList();
        var paths = await db.DatasetImages.Where(i => i.VersionId == version.Id).Select(i => new { i.Ordinal, i.Path }).ToDictionaryAsync(i => i.Ordinal, i => i.Path, ct);
        return suspects.ConvertAll(s => new SuspectItem(
            paths[s.Ordinal],
            version.ClassNames[s.Given],
            version.ClassNames[s.Suggested!.Value],
            s.SelfConfidence!.Value,
            s.Margin!.Value));
    }

    private static async Task<IResult> Judge(
        string dataset,
        JudgementRequest request,
        ClaimsPrincipal user,
        LabelReviews reviews,
        IDbContextFactory<LabDbContext> factory,
        CancellationToken ct)
    {
        var reader = Reader(user);
        var decision = ApiLookup.Word<ReviewDecision>(request.Decision, "decision") ?? throw new FormatException("A judgement needs a decision: keep, relabel or exclude.");
        await using var db = await factory.CreateDbContextAsync(ct);
        var (version, ordinal) = await ImageAsync(db, dataset, request.Image, ct);
        await reviews.DecideAsync(version.Id, ordinal, decision, request.Label is null ? null : version.ClassNames.IndexOf(request.Label), reader, ct);
        return Results.Ok(new { image = request.Image, decision = decision.ToString() });
    }

    private static async Task<IResult> Undo(string dataset, string image, ClaimsPrincipal user, LabelReviews reviews, IDbContextFactory<LabDbContext> factory, CancellationToken ct)
    {
        var reader = Reader(user);
        await using var db = await factory.CreateDbContextAsync(ct);
        var (version, ordinal) = await ImageAsync(db, dataset, image, ct);
        await reviews.UndoAsync(version.Id, ordinal, reader, ct);
        return Results.Ok(new { image });
    }

    private static async Task<IReadOnlyList<DisagreementItem>> Disagreements(
        string dataset,
        ClaimsPrincipal user,
        LabelReviews reviews,
        IDbContextFactory<LabDbContext> factory,
        CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var version = await db.Version(dataset, ct);
        var book = (await reviews.BookAsync(version.Id, ct)).SeenBy(Reader(user));
        var ordinals = book.Disagreements.Select(i => i.Ordinal).ToList();
        var paths = await db.DatasetImages.Where(i => i.VersionId == version.Id && ordinals.Contains(i.Ordinal)).ToDictionaryAsync(i => i.Ordinal, i => i.Path, ct);
        string Name(int label) => label == book.Excluded ? "leave out" : version.ClassNames[label];
        return [.. book.Disagreements.Select(i => new DisagreementItem(paths[i.Ordinal], Name(i.Label), [.. i.Readings.Select(r => new ReadingItem(r.UserId, Name(r.Final)))]))];
    }

    private static long Reader(ClaimsPrincipal user) =>
        user.Actor().UserId ?? throw new ExplainedException("Judgements of labels belong to a person: use the API token of an account.");

    private static async Task<(DatasetVersion Version, int Ordinal)> ImageAsync(LabDbContext db, string dataset, string image, CancellationToken ct)
    {
        var version = await db.Version(dataset, ct);
        var ordinal = await db.DatasetImages
            .Where(i => i.VersionId == version.Id && (i.Path == image || i.Sha256 == image))
            .OrderBy(i => i.Ordinal)
            .Select(i => (int?)i.Ordinal)
            .FirstOrDefaultAsync(ct);
        return (version, ordinal ?? throw new ExplainedException(
            $"{version.Dataset!.Name} has no image \"{image}\" in version {version.Number}: name images by their path or SHA-256."));
    }

    private static async Task<IReadOnlyList<AgreementItem>> Agreement(string dataset, LabelReviews reviews, IDbContextFactory<LabDbContext> factory, CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var book = await reviews.BookAsync((await db.Version(dataset, ct)).Id, ct);
        var readers = book.Readers;
        return
        [
            .. readers.SelectMany((first, i) => readers.Skip(i + 1).Select(second => Item(first, second, book.Agreement(first, second)))),
        ];

        static AgreementItem Item(long first, long second, ReaderAgreement agreement) => new(
            first,
            second,
            agreement.Counts.Total,
            agreement.Counts.Accuracy,
            agreement.Kappa,
            agreement.KappaInterval?.Low,
            agreement.KappaInterval?.High);
    }

    private static async Task<IResult> MakeVersion(
        string dataset,
        ClaimsPrincipal user,
        LabelReviews reviews,
        DerivedVersions derived,
        IDbContextFactory<LabDbContext> factory,
        CancellationToken ct,
        string reason = "Label check")
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var version = await db.Version(dataset, ct);
        var made = await derived.CreateAsync((await reviews.BookAsync(version.Id, ct)).Changes(version.Id, reason), user.Actor(), ct);
        return Results.Created(LabUrls.Dataset(made.DatasetId, made.Number), new { dataset = made.DatasetId, version = made.Number });
    }
}
