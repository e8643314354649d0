using System.Text.Json.Serialization;

namespace MalariaLab.Core.Experiments;

/// <summary>Start of the weights and what stays frozen.</summary>
public sealed record WeightsSpec
{
    /// <summary>Kind of start.</summary>
    public WeightsSource Source { get; init; } = WeightsSource.Random;

    /// <summary>SHA-256 of the imported file in the weights library, for <see cref="WeightsSource.File"/>.</summary>
    public string? FileSha256 { get; init; }

    /// <summary>Id of the finished run, for <see cref="WeightsSource.Run"/>.</summary>
    public long? RunId { get; init; }

    /// <summary>How much of the backbone stays as loaded.</summary>
    public FreezeMode Freeze { get; init; } = FreezeMode.None;

    /// <summary>For <see cref="FreezeMode.Before"/>: the first block that trains, for example <c>block4</c>.</summary>
    public string? TrainableFrom { get; init; }

    /// <summary>The run that the first weights come from; null with any other start.</summary>
    [JsonIgnore]
    public long? StartRun => Source == WeightsSource.Run ? RunId : null;
}

/// <summary>Where the first weights come from.</summary>
public enum WeightsSource { Random, File, Run }

/// <summary>Which layers of the backbone stay frozen; the head always trains.</summary>
public enum FreezeMode { None, Backbone, Before }
