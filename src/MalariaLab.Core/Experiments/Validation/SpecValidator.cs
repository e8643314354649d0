using MalariaLab.Core.Experiments.Architectures;

namespace MalariaLab.Core.Experiments;

/// <summary>Finds what can't work or is doubtful in a spec before it is queued.</summary>
public static class SpecValidator
{
    /// <summary>All issues, errors first. Without errors the run can be queued.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="data">Its dataset version under its split.</param>
    /// <param name="lab">Weights, runs and devices at hand; what is unknown is not checked.</param>
    public static IReadOnlyList<SpecIssue> Validate(ExperimentSpec spec, DatasetFacts data, LabFacts? lab = null)
    {
        lab ??= new();
        IEnumerable<SpecIssue> issues =
        [
            .. SpecRange.Check(spec), .. Recipe(spec), .. Network(spec, data, lab), .. DataRules.Check(spec, data), .. WeightRules.Check(spec, lab), .. Rules(spec, data, lab),
        ];
        return [.. issues.OrderBy(i => i.Severity)];
    }

    private static IEnumerable<SpecIssue> Recipe(ExperimentSpec spec)
    {
        if (Recipes.Find(spec.Recipe) is { } recipe)
        {
            if (recipe.StartsFromImageNet && spec.Weights.Source == WeightsSource.Random)
                yield return Doubt(
                    "weights.source",
                    $"The recipe {recipe.Key} starts from ImageNet weights, but this run starts from random ones. "
                        + $"To repeat the recipe, bring {StartChoice.FilesFor(spec.Architecture.BackboneKey)} to the Weights page and choose it.");
            yield break;
        }
        yield return Wrong("recipe", $"There is no recipe \"{spec.Recipe}\". Known are {string.Join(", ", Recipes.All.Select(r => r.Key))}.");
    }

    private static IEnumerable<SpecIssue> Network(ExperimentSpec spec, DatasetFacts data, LabFacts lab)
    {
        MemoryEstimate memory;
        try
        {
            var graph = ArchitectureCatalogue.Build(spec.Architecture, data.Classes.Count);
            if (graph.Count(spec.Weights).Trainable == 0)
                return [Wrong("weights.freeze", "Everything is frozen, so that nothing can learn: freeze less.")];
            memory = MemoryEstimate.For(spec, graph);
        }
        catch (SpecException e)
        {
            return [Wrong(e.Field, e.Message)];
        }
        if (lab.DeviceMemory is not { } most || memory.Total <= most) return [];
        var (weights, needed, had) = (memory.Weights / 1e9, memory.Total / 1e9, most / 1e9);
        return memory.Weights > most
            ? [Wrong(
                "architecture.size",
                $"The weights and what the optimizer keeps of each take {weights:0.0} GB, but the device has {had:0.0} GB: use smaller images or a smaller head.")]
            : [Doubt("training.batchSize", $"The training needs about {needed:0.0} GB, but the device has {had:0.0} GB: a smaller batch or image takes less.")];
    }

    private static IEnumerable<SpecIssue> Rules(ExperimentSpec spec, DatasetFacts data, LabFacts lab)
    {
        var (architecture, augmentation, schedule) = (spec.Architecture, spec.Augmentation, spec.Schedule);
        if (spec.Loss.ClassWeighting == ClassWeighting.Given)
        {
            if (spec.Loss.ClassWeights.Count != data.Classes.Count)
                yield return Wrong(
                    "loss.classWeights",
                    $"There are {data.Classes.Count} classes ({string.Join(", ", data.Classes)}), "
                        + $"but {spec.Loss.ClassWeights.Count} class weights: give one a class, in this order.");
            else if (spec.Loss.ClassWeights.Any(w => !(w > 0 && double.IsFinite(w))))
                yield return Wrong("loss.classWeights", "Every class weight must be above 0.");
        }
        if (architecture.Channels == 1 && spec.Preprocessing.Scaling is PixelScaling.Caffe or PixelScaling.ImageNet)
            yield return Wrong(
                "preprocessing.scaling",
                $"The {spec.Preprocessing.Scaling} scaling has a mean for each colour, but the input is grey: use unit or minusOneToOne, or 3 channels.");
        if (architecture.Channels == 1 && !data.IsGrey)
            yield return Doubt("architecture.channels", "The images have colours that a grey input drops: use 3 channels to keep them.");
        if ((architecture.Channels == 1 || data.IsGrey) && (augmentation.Saturation > 0 || augmentation.Hue > 0))
            yield return Doubt(
                augmentation.Saturation > 0 ? "augmentation.saturation" : "augmentation.hue",
                "Grey images have neither saturation nor hue: these changes do nothing.");
        if (schedule.Kind is ScheduleKind.Constant or ScheduleKind.Step or ScheduleKind.Cosine && schedule.WarmUpEpochs > 0 && schedule.WarmUpEpochs >= spec.Training.Epochs)
            yield return Wrong("schedule.warmUpEpochs", $"The warm-up of {schedule.WarmUpEpochs} epochs must end before the last of {spec.Training.Epochs} epochs.");
        if (schedule.Kind is ScheduleKind.Plateau or ScheduleKind.Cosine && schedule.MinLearningRate >= spec.Optimizer.LearningRate)
            yield return Doubt("schedule.minLearningRate", "The lowest learning rate is not below the first: the schedule never lowers it.");
        if (schedule.Kind == ScheduleKind.OneCycle && spec.EarlyStopping is not null)
            yield return Doubt("earlyStopping", "A one-cycle schedule does its best work in its last epochs, which early stopping may cut off: switch one of them off.");
        if (spec.Training.Precision == Precision.BFloat16 && lab.HasBFloat16 == false)
            yield return Doubt("training.precision", "bfloat16 needs a GPU or a processor with AVX-512 BF16, and the lab has neither: the run would use float32.");
        if (spec.Weights.Freeze == FreezeMode.Backbone && spec.Augmentation.IsNone && !spec.HasFixedFeatures)
            yield return Doubt(
                "evaluation.testTimeViews",
                "Averaged views keep the features of the frozen backbone from being computed once: every epoch computes them anew. "
                    + "One view makes all epochs but the first quick.");
        if (data.MedianSide is { } side && architecture.Size > 2 * side)
            yield return Doubt("architecture.size", $"Half of the images are smaller than {side} pixels: enlarging them to {architecture.Size} costs time and shows nothing new.");
    }

    internal static SpecIssue Wrong(string field, string message) => new(field, message, IssueSeverity.Error);

    internal static SpecIssue Doubt(string field, string message) => new(field, message, IssueSeverity.Warning);
}
