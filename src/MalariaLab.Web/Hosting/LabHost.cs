using MalariaLab.Core;
using MalariaLab.Data;
using MalariaLab.Data.Jobs;
using MalariaLab.Web.Api;
using MalariaLab.Web.Components;
using MalariaLab.Web.Features.Account;
using MalariaLab.Web.Features.Compare;
using MalariaLab.Web.Features.Datasets;
using MalariaLab.Web.Features.Documents;
using MalariaLab.Web.Features.Experiments;
using MalariaLab.Web.Features.Exports;
using MalariaLab.Web.Features.Home;
using MalariaLab.Web.Features.Plots;
using MalariaLab.Web.Features.Predict;
using MalariaLab.Web.Features.Runs;
using MalariaLab.Web.Features.Sharing;
using MalariaLab.Web.Features.Weights;
using MalariaLab.Web.Live;
using MalariaLab.Web.Localisation;
using MalariaLab.Web.Security;
using MalariaLab.Web.Workers;
using Radzen;

namespace MalariaLab.Web.Hosting;

/// <summary>Composition of the web process.</summary>
public static class LabHost
{
    /// <summary>Registers everything.</summary>
    /// <exception cref="ExplainedException">A setting is wrong.</exception>
    public static void AddLab(this WebApplicationBuilder builder)
    {
        var settings = StartChecks.Run(builder.Configuration);
        var services = builder.Services;
        services.AddSingleton(TimeProvider.System);
        services.Configure<LabSettings>(builder.Configuration.GetSection("Lab"));
        services.Configure<WorkerSettings>(builder.Configuration.GetSection("Worker"));
        var data = settings.ToDataOptions();
        services.AddLabData(data);
        services.AddLabJobs(data);
        services.AddLabAccounts();
        services.AddHostedService<LabStart>();
        services.AddRunning<LivePoller>();
        services.AddSingleton<WorkerProgram>();
        services.AddRunning<WorkerSupervisor>();
        services.AddRunning<WorkerSight>();
        services.AddRunPages();
        services.AddSingleton<CompareReader>().AddSingleton<SplitImages>().AddSingleton<PlotReader>().AddSingleton<LeaderboardReader>();
        services.AddDatasetPages();
        services.AddExperimentPages();
        services.AddPredictPage();
        services.AddDocuments();
        services.AddSharing();
        services.AddExports();
        services.AddRazorComponents().AddInteractiveServerComponents(options => options.DetailedErrors = builder.Environment.IsDevelopment());
        services.AddRadzenComponents();
        services.AddScoped<Words>();
        services.AddHealthChecks();
        services.AddProblemDetails();
        services.AddExceptionHandler<ApiFailures>();
        // Otherwise a query or body that cannot be read gets an empty 400.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(options => ApiBodies.ReadStrictly(options.SerializerOptions));
        services.AddOpenApi();
    }

    // One instance that pages can ask and the host starts.
    private static void AddRunning<T>(this IServiceCollection services) where T : class, IHostedService =>
        services.AddSingleton<T>().AddHostedService(provider => provider.GetRequiredService<T>());

    /// <summary>The order of what every request passes.</summary>
    public static void UseLab(this WebApplication app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandlingPath = "/error",
            StatusCodeSelector = failure => failure is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status500InternalServerError,
        });
        app.UseStatusCodePagesWithReExecute(LabUrls.NotFound);
        app.UseSecurityHeaders();
        app.UseRateLimiter();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();
    }

    /// <summary>Every endpoint.</summary>
    public static void MapLab(this WebApplication app)
    {
        app.MapStaticAssets().AllowAnonymous();
        app.MapHealthChecks(LabUrls.Health).AllowAnonymous();
        app.MapLabApi();
        app.MapSignOut();
        app.MapDatasetPages();
        app.MapRunPages();
        app.MapExports();
        app.MapWeightsUpload();
        app.MapDocuments();
        app.MapSharing();
        // SecurityHeaders names the frame ancestors for every answer, so Blazor need not.
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null);
    }
}
