namespace MalariaLab.Web.Features.Datasets;

/// <summary>What the pages about datasets need.</summary>
public static class DatasetFeature
{
    /// <summary>Registers services.</summary>
    public static void AddDatasetPages(this IServiceCollection services)
    {
        services.AddSingleton<DatasetReader>();
        services.AddSingleton<Groups.GroupReader>();
        services.AddSingleton<Inbox>();
        services.AddSingleton<Thumbnails>();
        services.AddSingleton<ImageFacts>();
    }

    /// <summary>Maps endpoints.</summary>
    public static void MapDatasetPages(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapUpload();
        endpoints.MapRefusals();
        endpoints.MapImages();
    }
}
