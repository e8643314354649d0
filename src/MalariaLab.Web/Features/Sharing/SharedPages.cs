using MalariaLab.Data.Entities;
using MalariaLab.Data.Sharing;
using MalariaLab.Web.Features.Compare;
using MalariaLab.Web.Features.Documents;

namespace MalariaLab.Web.Features.Sharing;

/// <summary>What visitors without an account get to see: the HTML of one run or one comparison, and the images of its errors.</summary>
public sealed class SharedPages(ShareLinks links, RunFindingsReader findings, CompareReader compare, DocumentRenderer documents)
{
    /// <summary>The page behind a token; null when there is none.</summary>
    public async Task<(ShareLink Link, string Html)?> FindAsync(string token, string language, CancellationToken ct)
    {
        if (await links.FindAsync(token, ct) is not { } link) return null;
        var html = link.Kind == ShareKind.Run ? await RunAsync(link, token, language, ct) : await ComparisonAsync(link, language, ct);
        return html is null ? null : (link, html);
    }

    /// <summary>Version and manifest position of an image on the page behind a token; null for any image that the page does not show.</summary>
    public async Task<(long VersionId, int Ordinal)?> ImageAsync(string token, int number, CancellationToken ct)
    {
        if (await links.FindAsync(token, ct) is not { Kind: ShareKind.Run, RunIds: [var run, ..] }) return null;
        if ((await compare.ReadAsync([run], cancellationToken: ct)).Runs is not [{ Test: { } test }]) return null;
        return RunFindings.WrongOf(test).FirstOrDefault(w => w.Number == number) is { } image ? (test.VersionId, image.Ordinal) : null;
    }

    private async Task<string?> RunAsync(ShareLink link, string token, string language, CancellationToken ct)
    {
        if (await findings.FindAsync(link.RunIds[0], ct) is not { } found) return null;
        var paths = link.ShowNames ? await findings.PathsAsync(found.Detail.Version.Id, [.. found.Wrong.Select(w => w.Ordinal)], ct) : new Dictionary<int, string>();
        return await documents.RenderAsync<SharedRun>(new Dictionary<string, object?>
        {
            [nameof(SharedRun.Findings)] = found,
            [nameof(SharedRun.Link)] = link,
            [nameof(SharedRun.Token)] = token,
            [nameof(SharedRun.Paths)] = paths,
        }, language);
    }

    private async Task<string?> ComparisonAsync(ShareLink link, string language, CancellationToken ct)
    {
        var comparison = await compare.ReadAsync(link.RunIds, cancellationToken: ct);
        if (comparison.Runs.Count < Comparison.Fewest) return null;
        var scored = comparison.Scored.Select(r => r.Test!).ToList();
        // Facts of the data are shown where they hold for every run.
        var oneSplit = comparison.Runs.DistinctBy(r => r.Row.SplitId).Count() == 1;
        return await documents.RenderAsync<SharedComparison>(new Dictionary<string, object?>
        {
            [nameof(SharedComparison.Comparison)] = comparison,
            [nameof(SharedComparison.Tests)] = CompareTests.Of(scored),
            [nameof(SharedComparison.Intervals)] = scored.ToDictionary(t => t.Key, compare.Intervals),
            [nameof(SharedComparison.Link)] = link,
            [nameof(SharedComparison.First)] = oneSplit ? await findings.FindAsync(link.RunIds[0], ct) : null,
        }, language);
    }
}
