using MalariaLab.Web.Security;

namespace MalariaLab.Web.Api;

/// <summary>The REST interface as a whole: bearer tokens only, refusals as problem documents, changes for members and administrators.</summary>
public static class ApiRoot
{
    /// <summary>Maps it, its OpenAPI document and an answer for unknown addresses.</summary>
    public static void MapLabApi(this IEndpointRouteBuilder endpoints)
    {
        var api = endpoints.MapGroup(LabUrls.Api).RequireAuthorization(LabAccounts.Api).AddEndpointFilter<ApiProblems>().AddEndpointFilter(RequireRole);
        api.MapDatasets();
        api.MapSplits();
        api.MapGallery();
        api.MapVersions();
        api.MapInsights();
        api.MapLabels();
        api.MapImports();
        api.MapRuns();
        api.MapGroups();
        api.MapResults();
        api.MapExportApi();
        api.MapModelUse();
        api.MapWeights();
        api.MapWorkers();
        api.MapShares();
        api.MapFallback("{**path}", Nothing).ExcludeFromDescription();
        endpoints.MapOpenApi(LabUrls.Api + "/openapi.json").RequireAuthorization(LabAccounts.Api);
    }

    private static IResult Nothing(string? path, HttpRequest request)
    {
        var taking = request.ContentType is { } type ? $" that takes {type}" : "";
        return Results.Problem(
            $"There is no {request.Method} {LabUrls.Api}/{path}{taking}; {LabUrls.Api}/openapi.json lists what there is.",
            statusCode: StatusCodes.Status404NotFound,
            title: "Not found");
    }

    // Viewers read; whatever is not a plain question needs a member.
    private static async ValueTask<object?> RequireRole(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method) || http.User.MayChange()) return await next(context);
        return Results.Problem("Viewers cannot change anything; ask an administrator of the lab.", statusCode: StatusCodes.Status403Forbidden, title: "Not allowed");
    }
}
