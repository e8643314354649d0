using System.Security.Claims;
using MalariaLab.Core;
using MalariaLab.Data;
using MalariaLab.Data.Datasets;
using MalariaLab.Web.Api;
using MalariaLab.Web.Hosting;
using MalariaLab.Web.Security;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace MalariaLab.Web.Features.Datasets;

/// <summary>Receives the zip that a person drops onto the import page.</summary>
public static class UploadEndpoint
{
    /// <summary>Adds the endpoint.</summary>
    public static void MapUpload(this IEndpointRouteBuilder endpoints) => endpoints.MapPost(LabUrls.Upload, ReceiveAsync)
        .RequireAuthorization(LabAccounts.MayChange).AddEndpointFilter<ApiProblems>()
        // The archive's own limits are checked when it is read; its size is only bounded by the disk.
        .WithMetadata(new DisableRequestSizeLimitAttribute());

    private static async Task<IResult> ReceiveAsync(
        HttpRequest request,
        ClaimsPrincipal user,
        LabPaths paths,
        DatasetCommands datasets,
        IOptions<LabSettings> settings,
        CancellationToken ct)
    {
        // The sign-in cookie comes along by itself; this header does not, so that a page of another site cannot upload in someone's name.
        if (!request.Headers.ContainsKey("X-Lab-Upload")) throw new ExplainedException("Upload from the import page of the lab.");
        var form = await ImportForm.Read(request, paths, ct);
        var started = await form.HandOverAsync(() => datasets.StartImportAsync(ImportEndpoints.Import(form, settings.Value.Downloads), user.Actor(), ct));
        return Results.Ok(new { url = LabUrls.Dataset(started.DatasetId, started.Number) });
    }
}
