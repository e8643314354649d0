using System.Text.Json.Serialization;

namespace MalariaLab.Web.Api;

/// <summary>What a run's network says of images.</summary>
public sealed record PredictionAnswer(long Run, string Name, IReadOnlyList<PredictionItem> Images);

/// <summary>What a network says of one image.</summary>
/// <param name="Name">Name of the file as it was sent.</param>
/// <param name="Refusal">Why the file cannot be scored; the rest is null then.</param>
/// <param name="Predicted">The most probable class.</param>
/// <param name="Probability">Its probability.</param>
/// <param name="Probabilities">Probability by class.</param>
public sealed record PredictionItem(string Name, string? Refusal, string? Predicted, double? Probability, IReadOnlyDictionary<string, double>? Probabilities)
{
    /// <summary>Where the network looked for the predicted class (Grad-CAM), where it was asked for: a PNG of its input size, black where nothing spoke for the class.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? HeatMapPng { get; init; }
}
