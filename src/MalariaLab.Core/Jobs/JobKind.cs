namespace MalariaLab.Core.Jobs;

/// <summary>What a worker can be asked to do. All but <see cref="Run"/> are tasks with a title, a progress and a result.</summary>
public enum JobKind
{
    /// <summary>Train and evaluate a run.</summary>
    Run,

    /// <summary>Fill a dataset version from its source.</summary>
    Import,

    /// <summary>Build a pixel cache.</summary>
    Cache,

    /// <summary>Compute a version's statistics.</summary>
    Statistics,

    /// <summary>Find near-duplicates in a version.</summary>
    Duplicates,

    /// <summary>Look for shortcuts that predict the class.</summary>
    Audit,

    /// <summary>Fetch a file by URL.</summary>
    Download,

    /// <summary>Score images with a finished run.</summary>
    Prediction,

    /// <summary>Score a finished run on another dataset version.</summary>
    Evaluation,

    /// <summary>Grad-CAM.</summary>
    Explanation,

    /// <summary>Read a weights file into the library.</summary>
    WeightsImport,

    /// <summary>Write a model file (ONNX) of a run.</summary>
    Export,
}

/// <summary>Groups of kinds.</summary>
public static class JobKinds
{
    /// <summary>The execution group whose slots the kind uses.</summary>
    public static string Group(this JobKind kind) => kind switch
    {
        JobKind.Run => JobGroups.Runs,
        JobKind.Prediction or JobKind.Explanation or JobKind.Export => JobGroups.Predictions,
        JobKind.Evaluation => JobGroups.Evaluations,
        _ => JobGroups.Imports,
    };
}

/// <summary>States of a task.</summary>
public enum LabTaskStatus { Queued, Running, Succeeded, Failed, Canceled, Interrupted }

/// <summary>Groups of task states.</summary>
public static class LabTaskStates
{
    /// <summary>The task will not move by itself any more.</summary>
    public static bool IsFinished(this LabTaskStatus status) => status is LabTaskStatus.Succeeded or LabTaskStatus.Failed or LabTaskStatus.Canceled;
}
