using Microsoft.AspNetCore.Diagnostics;

namespace MalariaLab.Web.Api;

/// <summary>An unexpected failure of a REST call is a problem document too, without a trace; pages get the error page.</summary>
internal sealed class ApiFailures : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (!httpContext.Request.Path.StartsWithSegments(LabUrls.Api)) return false;
        await Results.Problem("The lab failed at this; its log says more.", statusCode: StatusCodes.Status500InternalServerError, title: "Internal error").ExecuteAsync(httpContext);
        return true;
    }
}
