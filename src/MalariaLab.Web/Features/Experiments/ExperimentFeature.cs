namespace MalariaLab.Web.Features.Experiments;

/// <summary>What the experiment form needs.</summary>
public static class ExperimentFeature
{
    /// <summary>Registers services.</summary>
    public static void AddExperimentPages(this IServiceCollection services)
    {
        services.AddSingleton<ExperimentReader>();
        services.AddSingleton<AugmentationPreviewer>();
        services.AddSingleton<ExperimentOrders>();
    }
}
