using MalariaLab.Web.Localisation;

namespace MalariaLab.Web.Features.Documents;

/// <summary>Documents for people who are signed in.</summary>
public static class DocumentEndpoints
{
    /// <summary>Registers what documents are made by.</summary>
    public static void AddDocuments(this IServiceCollection services)
    {
        services.AddSingleton<RunFindingsReader>();
        services.AddSingleton<DocumentRenderer>();
        services.AddSingleton<EvidenceReports>();
    }

    /// <summary>Maps them.</summary>
    public static void MapDocuments(this IEndpointRouteBuilder endpoints) => endpoints.MapGet("/runs/{id:long}/report", ReportAsync);

    private static async Task<IResult> ReportAsync(
        long id,
        HttpContext http,
        EvidenceReports reports,
        CancellationToken ct,
        bool names = false,
        bool download = false)
    {
        var html = await reports.HtmlAsync(id, names, http.Request.Cookies[Languages.Cookie], ct);
        return html is null ? Results.NotFound() : EvidenceReports.Answer(http, id, html, download);
    }
}
