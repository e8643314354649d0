namespace MalariaLab.Web.Features.Exports;

/// <summary>Taking results away.</summary>
public static class ExportFeature
{
    /// <summary>Registers services.</summary>
    public static void AddExports(this IServiceCollection services) => services.AddSingleton<RunExports>();

    /// <summary>Maps the addresses that the run page links.</summary>
    public static void MapExports(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/runs/{id:long}/exports/{format}", ExportAsync).AddEndpointFilter<Api.ApiProblems>();

    private static async Task<IResult> ExportAsync(long id, string format, RunExports exports, HttpResponse response, CancellationToken ct, long? version = null)
    {
        var export = version is { } other ? await exports.OnDatasetAsync(id, other, ct) : await exports.FindAsync(id, format, ct);
        return await SendAsync(export, response, ct);
    }

    /// <summary>The file as an answer; a refusal comes before its first byte.</summary>
    public static async Task<IResult> SendAsync(RunExport export, HttpResponse response, CancellationToken ct)
    {
        var write = await export.Open(ct);
        response.ContentLength = export.Bytes;
        return Results.Stream(write, export.MediaType, export.FileName);
    }
}
