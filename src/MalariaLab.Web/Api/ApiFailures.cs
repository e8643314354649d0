using Microsoft.AspNetCore.Diagnostics;

namespace MalariaLab.Web.Api;

/// <summary>A REST call that cannot be read or that fails unexpectedly is answered with a problem document too, without a trace; pages get the error page.</summary>
internal sealed class ApiFailures : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        // The request's own path is the error page's by now.
        if (httpContext.Features.Get<IExceptionHandlerPathFeature>() is not { } failed || !new PathString(failed.Path).StartsWithSegments(LabUrls.Api)) return false;
        if (exception is BadHttpRequestException bad)
            await Results.Problem(ApiBodies.Sentence(bad, failed.Endpoint), statusCode: bad.StatusCode, title: "Cannot be read").ExecuteAsync(httpContext);
        else
            await Results.Problem(
                "The lab failed at this; its log says more.",
                statusCode: StatusCodes.Status500InternalServerError,
                title: "Internal error").ExecuteAsync(httpContext);
        return true;
    }
}
