using System.Linq.Expressions;
using MalariaLab.Core.Experiments;

namespace MalariaLab.Data.Entities;

/// <summary>An imported weights file; stored below weights/ under its hash.</summary>
public sealed class WeightsFile
{
    /// <summary>What a check needs to know of a file. That a run left it shows in the head, whose last layer the lab calls output.</summary>
    public static Expression<Func<WeightsFile, KnownWeights>> Known { get; } =
        file => new KnownWeights(file.Sha256, file.Architecture, file.Format, file.TensorsJson.Contains("\"output.weight\""));

    /// <summary>Row id.</summary>
    public long Id { get; set; }

    /// <summary>SHA-256 of the file, 64 hex digits.</summary>
    public required string Sha256 { get; set; }

    /// <summary>Name.</summary>
    public required string Name { get; set; }

    /// <summary>Architecture key that it fits, or null while unknown.</summary>
    public string? Architecture { get; set; }

    /// <summary>safetensors, pth or h5.</summary>
    public required string Format { get; set; }

    /// <summary>Where it comes from.</summary>
    public string Source { get; set; } = "";

    /// <summary>Licence.</summary>
    public string Licence { get; set; } = "";

    /// <summary>Bytes.</summary>
    public long Bytes { get; set; }

    /// <summary>Names and shapes of its tensors as JSON.</summary>
    public string TensorsJson { get; set; } = "[]";

    /// <summary>When it was imported.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Who imported it.</summary>
    public long? CreatedById { get; set; }
}
