namespace MalariaLab.Web.Features.Runs;

/// <summary>What the pages about runs need.</summary>
public static class RunFeature
{
    /// <summary>Registers services.</summary>
    public static void AddRunPages(this IServiceCollection services) =>
        services.AddSingleton<RunViews>().AddSingleton<RunScores>().AddSingleton<Explanations>().AddSingleton<SavedViews>();

    /// <summary>Maps endpoints.</summary>
    public static void MapRunPages(this IEndpointRouteBuilder endpoints) => endpoints.MapGet("/runs/{id:long}/log", (long id, RunViews views) =>
        views.OpenLog(id) is { } log ? Results.Stream(log, "text/plain; charset=utf-8", $"run-{id}.log") : Results.NotFound());
}
