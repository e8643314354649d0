using System.Globalization;
using System.Security.Claims;
using MalariaLab.Core.Datasets.Insights;
using MalariaLab.Core.Jobs;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using MalariaLab.Data.Entities;
using MalariaLab.Web.Security;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Api;

/// <summary>A report about the newest version of a dataset, or how far its job is.</summary>
/// <param name="Dataset">Row id.</param>
/// <param name="Version">Number.</param>
/// <param name="Status"><c>Ready</c>, <c>None</c> before it was asked for, else the state of its job.</param>
/// <param name="Stage">What happens now.</param>
/// <param name="Reason">Why there is none.</param>
/// <param name="Report">The report, once ready.</param>
public sealed record InsightItem<T>(long Dataset, int Version, string Status, string Stage, string Reason, T? Report) where T : class;

/// <summary>Sizes, formats and patients; the pictures are the page's.</summary>
public sealed record StatisticsItem(IReadOnlyList<MeasureSummary> Sizes, IReadOnlyList<FormatCount> Formats, GroupStatistics? Groups, int Noted, int Unread);

/// <summary>An image of a pair.</summary>
public sealed record TwinItem(int Place, string Path, string Class);

/// <summary>Two images of one picture.</summary>
public sealed record PairItem(TwinItem First, TwinItem Second, int Distance, double Difference, bool Exact);

/// <summary>Near-duplicates.</summary>
public sealed record DuplicatesItem(int Images, int MaxDistance, int Candidates, int Found, IReadOnlyList<PairItem> Pairs);

/// <summary>A feature's score against one class.</summary>
public sealed record ShortcutItem(string Class, string Feature, double Auc, double? Low, double? High, bool Notable);

/// <summary>The shortcut audit.</summary>
/// <param name="Finding">The strongest shortcut as a sentence, or that none was found.</param>
/// <param name="Images">Images.</param>
/// <param name="Groups">Patients.</param>
/// <param name="Folds">Folds of the cross-validation.</param>
/// <param name="Scores">Each class against the rest, the strongest feature first and all together last.</param>
public sealed record AuditItem(string Finding, int Images, int Groups, int Folds, IReadOnlyList<ShortcutItem> Scores);

/// <summary><c>/datasets/{dataset}/statistics</c>, <c>/duplicates</c> and <c>/audit</c>.</summary>
public static class InsightEndpoints
{
    private static readonly (string Path, JobKind Kind, string What)[] Kinds =
    [
        ("statistics", JobKind.Statistics, "sizes, formats and patients"),
        ("duplicates", JobKind.Duplicates, "near-duplicates"),
        ("audit", JobKind.Audit, "the shortcut audit"),
    ];
    /// <summary>Adds the endpoints.</summary>
    public static void MapInsights(this IEndpointRouteBuilder api)
    {
        foreach (var (path, kind, what) in Kinds)
        {
            api.MapPost("/datasets/{dataset}/" + path, (
                    string dataset,
                    ClaimsPrincipal user,
                    DatasetInsights insights,
                    IDbContextFactory<LabDbContext> factory,
                    CancellationToken ct) => StartAsync(dataset, kind, user, insights, factory, ct))
                .WithSummary($"Has a worker make {what} of a dataset's newest version, unless that is there already.");
        }
        api.MapGet("/datasets/{dataset}/statistics", (string dataset, DatasetInsights insights, IDbContextFactory<LabDbContext> factory, CancellationToken ct) =>
            FindAsync<DatasetStatistics, StatisticsItem>(dataset, JobKind.Statistics, (_, _, s) => Task.FromResult(Item(s)), insights, factory, ct))
            .WithSummary("Sizes, formats, bytes and patients of a dataset.");
        api.MapGet("/datasets/{dataset}/duplicates", (string dataset, DatasetInsights insights, IDbContextFactory<LabDbContext> factory, CancellationToken ct) =>
            FindAsync<DuplicateReport, DuplicatesItem>(dataset, JobKind.Duplicates, (db, version, report) => PairsAsync(db, version, report, ct), insights, factory, ct))
            .WithSummary("Images that show the same picture.");
        api.MapGet("/datasets/{dataset}/audit", (string dataset, DatasetInsights insights, IDbContextFactory<LabDbContext> factory, CancellationToken ct) =>
            FindAsync<ShortcutAudit, AuditItem>(dataset, JobKind.Audit, (_, version, audit) => Task.FromResult(Item(version, audit)), insights, factory, ct))
            .WithSummary("What predicts the class although a network should not need it.");
    }

    private static async Task<IResult> StartAsync(
        string dataset,
        JobKind kind,
        ClaimsPrincipal user,
        DatasetInsights insights,
        IDbContextFactory<LabDbContext> factory,
        CancellationToken ct)
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var version = await db.Version(dataset, ct);
        if (!await db.DatasetInsights.AnyAsync(i => i.VersionId == version.Id && i.Kind == kind, ct)) await insights.StartAsync(version.Id, kind, user.Actor(), ct);
        return Results.Accepted(value: new { Dataset = version.DatasetId, Version = version.Number });
    }

    private static async Task<InsightItem<TItem>> FindAsync<TReport, TItem>(
        string dataset,
        JobKind kind,
        Func<LabDbContext, DatasetVersion, TReport, Task<TItem>> show,
        DatasetInsights insights,
        IDbContextFactory<LabDbContext> factory,
        CancellationToken ct)
        where TReport : class where TItem : class
    {
        await using var db = await factory.CreateDbContextAsync(ct);
        var version = await db.Version(dataset, ct);
        if (await insights.FindAsync<TReport>(version.Id, kind, ct) is { } report)
            return new(version.DatasetId, version.Number, "Ready", "", "", await show(db, version, report));
        var task = await insights.TaskAsync(version.Id, kind, ct);
        return new(version.DatasetId, version.Number, task?.Status.ToString() ?? "None", task?.Stage ?? "", task?.Reason ?? "", null);
    }

    private static async Task<DuplicatesItem> PairsAsync(LabDbContext db, DatasetVersion version, DuplicateReport report, CancellationToken ct)
    {
        var images = report.Pairs.Count == 0
            ? []
            : await db.DatasetImages.AsNoTracking()
                .Where(i => i.VersionId == version.Id)
                .OrderBy(i => i.Ordinal)
                .Select(i => new { i.Path, i.Label })
                .ToListAsync(ct);
        var pairs = report.Pairs.Select(p => new PairItem(Twin(p.First), Twin(p.Second), p.Distance, p.Difference, p.Exact));
        return new(report.Images, report.MaxDistance, report.Candidates, report.Found, [.. pairs]);

        TwinItem Twin(int place) => new(place, images[place].Path, version.ClassNames[images[place].Label]);
    }

    private static StatisticsItem Item(DatasetStatistics statistics) =>
        new(statistics.Measures.Summaries, statistics.Measures.Formats, statistics.Groups, statistics.Measures.Flagged, statistics.Unread);

    private static AuditItem Item(DatasetVersion version, ShortcutAudit audit)
    {
        var finding = audit.Folds == 0 ? "There is too little to examine: it takes two patients and two classes."
            : audit.Finding() is { Score: var score } ? Sentence(score)
            : "No shortcut found.";
        return new(finding, audit.Images, audit.Groups, audit.Folds, [.. audit.Targets.SelectMany(t => t.Features.Append(t.Together)
            .Select(s => new ShortcutItem(version.ClassNames[t.ClassIndex], s.Feature, s.Auc, s.Low, s.High, s.IsNotable)))]);

        static string Sentence(ShortcutScore score)
        {
            var words = ShortcutFeatures.Words(score.Feature);
            var predicts = score.Feature == ShortcutFeatures.All ? "predict" : "alone predicts";
            return string.Create(CultureInfo.InvariantCulture, $"{char.ToUpperInvariant(words[0])}{words[1..]} {predicts} the class with AUC {score.Auc:0.00}.");
        }
    }
}
