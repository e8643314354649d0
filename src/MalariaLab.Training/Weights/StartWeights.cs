using MalariaLab.Training.Architectures;
using MalariaLab.Training.Weights.Formats;
using MalariaLab.Training.Weights.Mapping;

namespace MalariaLab.Training.Weights;

/// <summary>First weights of a training from a file of the library or from a finished run.</summary>
public static class StartWeights
{
    /// <summary>
    /// Loads the backbone; all of it has to fit. The head is loaded too where the file says that it tells the same classes apart and every tensor fits;
    /// else it stays as it is.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="name">What people call it.</param>
    /// <param name="weights">The network, initialised.</param>
    /// <param name="classNames">Classes of the new training.</param>
    /// <param name="log">Told in a sentence what was loaded.</param>
    /// <exception cref="WeightsException">The file is broken or its backbone doesn't fit; the message names the first tensor that differs.</exception>
    public static void Load(string path, string name, NetworkWeights weights, IReadOnlyList<string> classNames, Action<string> log)
    {
        using var archive = WeightsArchive.Open(path, name);
        Load(archive, name, weights, classNames, log);
    }

    internal static void Load(WeightsArchive archive, string name, NetworkWeights weights, IReadOnlyList<string> classNames, Action<string> log)
    {
        var slots = weights.Layout.Slots.ToLookup(slot => slot.Layer.IsHead);
        var backbone = WeightsMatch.Best(archive, [.. slots[false]]);
        if (backbone.Difference is not null)
            throw new WeightsException(
                $"The weights of {name} don't fit {weights.Layout.Graph.Architecture} ({backbone.Found} of {backbone.Slots} tensors do): {backbone.Difference}.");
        var head = WeightsMatch.Best(archive, [.. slots[true]]);
        var obstacle = Obstacle(archive, head, classNames);
        foreach (var (slot, values) in obstacle is null ? backbone.Read().Concat(head.Read()) : backbone.Read())
            weights.Set(slot, values);
        log($"Loaded {backbone.Found} of {backbone.Slots} backbone tensors from {name} ({archive.Format}, {backbone.Naming}); {(backbone.Note is { } note ? note + "; " : "")}"
            + (obstacle is null ? "the head too, for the classes are the same." : $"the head starts random, for {obstacle}."));
        var frozen = weights.Layout.Slots.Where(slot => slot is { Trains: false, Role: not (ParameterRole.RunningMean or ParameterRole.RunningVariance) }).ToList();
        if (frozen.Count > 0)
            log($"{frozen.Count} tensors of {frozen.Sum(slot => slot.Count):N0} values stay frozen as loaded, from {frozen[0].Layer.Block} to {frozen[^1].Layer.Block}.");
    }

    /// <summary>Why the head can't be taken over, as a clause; null when it can.</summary>
    private static string? Obstacle(WeightsArchive archive, WeightsMatch head, IReadOnlyList<string> classNames)
    {
        var trained = WeightsFile.ClassesOf(archive.Metadata);
        if (trained?.SequenceEqual(classNames) == false)
            return $"the file's tells {string.Join(", ", trained)} apart and this training {string.Join(", ", classNames)}";
        if (head.Found == 0)
            return "the file has none that fits";
        if (trained is null)
            return "the file doesn't say which classes its head tells apart";
        return head.Difference;
    }
}
