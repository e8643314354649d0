namespace MalariaLab.Web.Features.Runs;

/// <summary>What the pages about runs need.</summary>
public static class RunFeature
{
    /// <summary>Registers services.</summary>
    public static void AddRunPages(this IServiceCollection services) =>
        services.AddSingleton<RunViews>().AddSingleton<RunScores>().AddSingleton<Explanations>();
}
