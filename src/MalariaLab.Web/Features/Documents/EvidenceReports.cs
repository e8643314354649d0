using System.Globalization;

namespace MalariaLab.Web.Features.Documents;

/// <summary>Evidence reports: one HTML file about a run that needs nothing beside it.</summary>
public sealed class EvidenceReports(RunFindingsReader reader, DocumentRenderer documents, TimeProvider time)
{
    private const string ContentPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>The file; null when there is no such run.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="names">Shows the patients' keys.</param>
    /// <param name="language">Code of the language.</param>
    /// <param name="ct">Ends the work.</param>
    public async Task<string?> HtmlAsync(long runId, bool names, string? language, CancellationToken ct)
    {
        if (await reader.FindAsync(runId, ct) is not { } findings) return null;
        return await documents.RenderAsync<EvidenceReport>(new Dictionary<string, object?>
        {
            [nameof(EvidenceReport.Findings)] = findings,
            [nameof(EvidenceReport.Around)] = await reader.SurroundingsAsync(findings, ct),
            [nameof(EvidenceReport.At)] = time.GetUtcNow(),
            [nameof(EvidenceReport.ShowNames)] = names,
        }, language);
    }

    /// <summary>The file as an answer to a browser or a program.</summary>
    public static IResult Answer(HttpContext http, long runId, string html, bool download)
    {
        http.Response.Headers.ContentSecurityPolicy = ContentPolicy;
        http.Response.Headers.CacheControl = "no-store";
        if (download) http.Response.Headers.ContentDisposition = string.Create(CultureInfo.InvariantCulture, $"attachment; filename=\"report-run-{runId}.html\"");
        return Results.Content(html, "text/html; charset=utf-8");
    }
}
