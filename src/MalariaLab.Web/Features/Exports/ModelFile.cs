using System.Globalization;
using System.Text.Json;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Experiments.Architectures;
using MalariaLab.Core.Exports;
using MalariaLab.Core.Serialization;
using MalariaLab.Data.Entities;
using MalariaLab.Imaging.Augmentation;

namespace MalariaLab.Web.Features.Exports;

/// <summary>A run's network as ONNX, with what a user of the file must know.</summary>
internal static class ModelFile
{
    /// <summary>The model; reads the header of the weights only.</summary>
    /// <param name="run">The run with its experiment, version, dataset and split.</param>
    /// <param name="weights">The weights that were evaluated.</param>
    /// <param name="path">Their file.</param>
    /// <exception cref="Core.ExplainedException">The weights are damaged or of another network.</exception>
    public static OnnxModel Create(Run run, Artifact weights, string path)
    {
        var (experiment, version) = (run.Experiment!, run.Experiment!.DatasetVersion!);
        var spec = SpecJson.Read(experiment.SpecJson);
        var (size, channels) = (spec.Architecture.Size, spec.Architecture.Channels);
        var scaler = new PixelScaler(spec.Preprocessing.Scaling, channels);
        var order = channels == 3 ? "red first" : "grey";
        var metadata = new Dictionary<string, string>
        {
            ["use"] = "Research use only. Not a medical device.",
            ["input"] = string.Create(
                CultureInfo.InvariantCulture,
                $"image: float32 [batch, {channels}, {size}, {size}], pixels 0 to 255, {order}, "
                + $"resized to {size} x {size} ({spec.Preprocessing.Interpolation}); the scaling ({spec.Preprocessing.Scaling}) is part of the graph"),
            ["output"] = FormattableString.Invariant($"probabilities: float32 [batch, {version.ClassNames.Count}], in the order of classes"),
            ["classes"] = JsonSerializer.Serialize(version.ClassNames),
            ["run"] = FormattableString.Invariant($"{run.Id} {run.Name}"),
            ["dataset"] = FormattableString.Invariant($"{version.Dataset!.Name}, version {version.Number}"),
            ["dataset_hash"] = version.ContentHash,
            ["split_hash"] = experiment.Split!.Hash,
            ["spec_hash"] = experiment.SpecHash,
            ["weights_sha256"] = weights.Sha256,
            ["architecture"] = JsonSerializer.Serialize(spec.Architecture, SpecJson.Options),
            ["preprocessing"] = JsonSerializer.Serialize(spec.Preprocessing, SpecJson.Options),
        };
        var graph = ArchitectureCatalogue.Build(spec.Architecture, version.ClassNames.Count);
        return OnnxModel.Create(graph, new(scaler.Factors, scaler.Offsets, scaler.BlueFirst), SafetensorsHeader.Read(path), metadata);
    }
}
