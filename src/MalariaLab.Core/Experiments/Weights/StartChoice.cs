using MalariaLab.Core.Experiments.Architectures;

namespace MalariaLab.Core.Experiments;

/// <summary>Fits a spec to what it starts from.</summary>
public static class StartChoice
{
    /// <summary>
    /// The spec with its own head on the backbone of a finished run, whatever family that is of, so that the run's weights can be its start.
    /// </summary>
    /// <param name="spec">The spec.</param>
    /// <param name="run">The run's network.</param>
    public static ExperimentSpec OnBackboneOf(ExperimentSpec spec, ArchitectureSpec run) =>
        spec with { Architecture = spec.Architecture with { Backbone = run.BackboneKey == spec.Architecture.Key ? null : run.BackboneKey } };

    /// <summary>
    /// The spec on the lab's file of ImageNet weights, where its recipe wants such a start, none is chosen yet and the lab has a file that fits. Keras'
    /// files come first, as the recipes are Keras'; weights of torchvision take ImageNet's mean and deviation in place of the scaling of Keras' weights.
    /// </summary>
    /// <param name="spec">The spec.</param>
    /// <param name="files">Imported weights.</param>
    public static ExperimentSpec OnImageNet(ExperimentSpec spec, IEnumerable<KnownWeights> files)
    {
        if (Recipes.Find(spec.Recipe) is not { StartsFromImageNet: true } || spec.Weights.Source != WeightsSource.Random) return spec;
        var file = files.Where(f => f.Architecture == spec.Architecture.BackboneKey && !f.IsOfRun).MinBy(f => f.Format switch { "h5" => 0, "pth" => 1, _ => 2 });
        if (file is null) return spec;
        var ofKeras = ArchitectureCatalogue.Find(spec.Architecture.BackboneKey)?.PretrainedScaling;
        return spec with
        {
            Weights = spec.Weights with { Source = WeightsSource.File, FileSha256 = file.Sha256 },
            Preprocessing = file.Format == "pth" && spec.Preprocessing.Scaling == ofKeras ? spec.Preprocessing with { Scaling = PixelScaling.ImageNet } : spec.Preprocessing,
        };
    }

    /// <summary>Which files would do, as a clause for sentences: the official ones by name, with where they are.</summary>
    public static string FilesFor(string architecture) => OfficialWeights.All
        .Where(w => w.Architecture == architecture)
        .Select(w => $"{w.Address.Segments[^1]} from {w.Address.Host}")
        .ToList() switch
    {
        [] => $"a file with ImageNet weights of {architecture}",
        var names => string.Join(" or ", names),
    };
}
