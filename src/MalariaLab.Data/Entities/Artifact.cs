namespace MalariaLab.Data.Entities;

/// <summary>A file that a run left behind, below its own folder.</summary>
public sealed class Artifact
{
    /// <summary>Row id.</summary>
    public long Id { get; set; }

    /// <summary>The run.</summary>
    public long RunId { get; set; }

    /// <summary>Kind: see <see cref="ArtifactKind"/>.</summary>
    public required string Kind { get; set; }

    /// <summary>Server-made file name inside the run's folder.</summary>
    public required string FileName { get; set; }

    /// <summary>SHA-256, 64 hex digits.</summary>
    public required string Sha256 { get; set; }

    /// <summary>Bytes.</summary>
    public long Bytes { get; set; }

    /// <summary>Epoch that it belongs to, or null.</summary>
    public int? Epoch { get; set; }

    /// <summary>When it was stored.</summary>
    public DateTimeOffset At { get; set; }
}

/// <summary>Kinds of artifacts; one of each a run.</summary>
public static class ArtifactKind
{
    /// <summary>Checkpoint of the last epoch.</summary>
    public const string LastCheckpoint = "checkpoint-last";

    /// <summary>Checkpoint of the best epoch.</summary>
    public const string BestCheckpoint = "checkpoint-best";

    /// <summary>Weights that were evaluated, safetensors.</summary>
    public const string Weights = "weights";

    /// <summary>Model as ONNX.</summary>
    public const string Onnx = "onnx";

    /// <summary>Text log.</summary>
    public const string Log = "log";
}
