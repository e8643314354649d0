using System.Security.Claims;
using MalariaLab.Core;
using MalariaLab.Data;
using MalariaLab.Data.Weights;
using MalariaLab.Web.Api;
using MalariaLab.Web.Security;
using Microsoft.AspNetCore.Mvc;

namespace MalariaLab.Web.Features.Weights;

/// <summary>Receives the file that a person drops onto the weights page.</summary>
public static class WeightsUpload
{
    /// <summary>Adds the endpoint.</summary>
    public static void MapWeightsUpload(this IEndpointRouteBuilder endpoints) => endpoints.MapPost(LabUrls.WeightsUpload, ReceiveAsync)
        .RequireAuthorization(LabAccounts.MayChange).AddEndpointFilter<ApiProblems>()
        .WithMetadata(new RequestSizeLimitAttribute(WeightsLibrary.LargestFile));

    private static async Task<IResult> ReceiveAsync(HttpRequest request, ClaimsPrincipal user, LabPaths paths, WeightsLibrary library, CancellationToken ct)
    {
        // The sign-in cookie comes along by itself; this header does not, so that a page of another site cannot upload in someone's name.
        if (!request.Headers.ContainsKey("X-Lab-Upload")) throw new ExplainedException("Upload from the weights page of the lab.");
        var form = await ImportForm.Read(request, paths, ct);
        await form.HandOverAsync(() => library.ImportAsync(WeightsEndpoints.Of(form), user.Actor(), ct));
        return Results.Ok(new { url = LabUrls.Weights });
    }
}
