namespace MalariaLab.Core.Jobs;

/// <summary>Execution groups: each has its own slots on a worker, so that imports and predictions never wait behind a training.</summary>
public static class JobGroups
{
    /// <summary>Training and evaluation runs.</summary>
    public const string Runs = "gpu";

    /// <summary>Single-image and dataset predictions, Grad-CAM.</summary>
    public const string Predictions = "predict";

    /// <summary>Imports, pixel caches, dataset statistics.</summary>
    public const string Imports = "import";
}
