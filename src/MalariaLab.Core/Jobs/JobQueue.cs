namespace MalariaLab.Core.Jobs;

/// <summary>Execution groups: each has its own slots on a worker, so that imports and predictions never wait behind a training.</summary>
public static class JobGroups
{
    /// <summary>Training and evaluation runs.</summary>
    public const string Runs = "gpu";

    /// <summary>What a person waits for: predictions of single images, Grad-CAM.</summary>
    public const string Predictions = "predict";

    /// <summary>Scoring of whole dataset versions, which takes minutes: two of them would hold up every prediction.</summary>
    public const string Evaluations = "evaluate";

    /// <summary>Imports, pixel caches, dataset statistics.</summary>
    public const string Imports = "import";
}
