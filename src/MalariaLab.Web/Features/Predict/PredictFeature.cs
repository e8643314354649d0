namespace MalariaLab.Web.Features.Predict;

/// <summary>What the use of finished networks needs.</summary>
public static class PredictFeature
{
    /// <summary>Registers services.</summary>
    public static void AddPredictPage(this IServiceCollection services) => services.AddSingleton<Predictor>().AddSingleton<ExternalEvaluations>();
}
