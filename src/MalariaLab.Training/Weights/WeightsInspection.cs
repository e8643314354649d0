using System.Text.Json;
using MalariaLab.Core.Experiments.Architectures;
using MalariaLab.Training.Architectures;
using MalariaLab.Training.Weights.Formats;
using MalariaLab.Training.Weights.Mapping;

namespace MalariaLab.Training.Weights;

/// <summary>What a weights file holds and which network it is for.</summary>
/// <param name="Format">safetensors, pth or h5.</param>
/// <param name="Architecture">Key of the architecture whose backbone it fits.</param>
/// <param name="Naming">Whose names its tensors have, for people.</param>
/// <param name="Tensors">All its tensors.</param>
public sealed record WeightsInspection(string Format, string Architecture, string Naming, IReadOnlyList<WeightsTensor> Tensors)
{
    /// <summary>Reads a file whole, proves its values and finds its architecture.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">What people call it.</param>
    /// <exception cref="WeightsException">It is broken, holds values that are no numbers, or fits no network; the message names the first tensor that differs.</exception>
    public static WeightsInspection Of(string path, string name)
    {
        using var archive = WeightsArchive.Open(path, name);
        return Of(archive, name);
    }

    internal static WeightsInspection Of(WeightsArchive archive, string name)
    {
        if (archive.Tensors.Count == 0) throw new WeightsException($"{name} holds no tensors: save the network's weights, for example model.state_dict().");
        var candidates = Candidates(archive).Select(spec => (Key: spec.BackboneKey, Match: WeightsMatch.Best(archive, Backbone(spec)))).ToList();
        // Of several that fit, the one with most tensors says most about the file.
        var (key, match) = candidates.MaxBy(c => (c.Match.Difference is null, c.Match.Found));
        if (match is { Difference: not null, Found: 0 })
        {
            var first = $"{archive.Tensors[0].Name} {WeightsTensor.Text(archive.Tensors[0].Shape)}";
            throw new WeightsException(
                $"{name} fits none of the lab's networks: of its {archive.Tensors.Count} tensors (the first is {first}) none has a known name and shape.");
        }
        if (match.Difference is not null)
            throw new WeightsException($"{name} comes closest to {key} ({match.Found} of {match.Slots} tensors, {match.Naming}), but {match.Difference}.");
        foreach (var _ in match.Read()) { }
        return new(archive.Format, key, match.Naming, archive.Tensors);
    }

    internal static IReadOnlyList<ParameterSlot> Backbone(ArchitectureSpec spec) =>
        [.. new ParameterLayout(ArchitectureCatalogue.Build(spec, Core.Experiments.Architectures.Architecture.MinClasses), new()).Slots.Where(slot => !slot.Layer.IsHead)];

    /// <summary>The network that a file of this lab names, else all of the catalogue, in colour and grey.</summary>
    private static IEnumerable<ArchitectureSpec> Candidates(WeightsArchive archive)
    {
        if (archive.Metadata.TryGetValue(WeightsFile.ArchitectureKey, out var text) && Parse(text) is { } own
            && ArchitectureCatalogue.Find(own.Key) is not null && ArchitectureCatalogue.Find(own.BackboneKey) is not null)
            return [own];
        return from architecture in ArchitectureCatalogue.All from channels in new[] { 3, 1 } select architecture.Defaults with { Channels = channels };
    }

    private static ArchitectureSpec? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<ArchitectureSpec>(text, SpecJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
