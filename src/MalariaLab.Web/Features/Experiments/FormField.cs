using MalariaLab.Core.Experiments;
using MalariaLab.Web.Localisation;

namespace MalariaLab.Web.Features.Experiments;

/// <summary>A field of the form.</summary>
/// <param name="Path">Path of the value in the spec.</param>
/// <param name="Label">English label.</param>
/// <param name="Hint">English sentence below the field.</param>
/// <param name="When">When it means something; always without one.</param>
public sealed record FormField(string Path, string Label, string? Hint = null, Func<ExperimentSpec, bool>? When = null)
{
    /// <summary>Highest value of a slider beside the field; null for none.</summary>
    public double? SliderMax { get; init; }

    /// <summary>Id of the input.</summary>
    public string Id => "f-" + Path.Replace('.', '-');
}

/// <summary>The sections of the form. What is shown follows from the choices so far.</summary>
public static class FormSections
{
    /// <summary>Input and layers; the choices of architecture, weights file and run are filled by the page.</summary>
    public static IReadOnlyList<FormField> Network { get; } =
    [
        new("architecture.key", "Architecture"),
        new("architecture.backbone", "Backbone", "Layers below the head; a finished run brings its own."),
        new("architecture.size", "Input side", "Pixels; every image is resized to a square of this side."),
        new("architecture.channels", "Channels", "3 for colour, 1 for grey."),
        new("architecture.headUnits", "Hidden units of the head", "One number a layer, with commas between; empty takes the network's own."),
        new("architecture.dropout", "Dropout of the head"),
        new("architecture.output", "Output"),
        new("weights.source", "First weights"),
        new("weights.fileSha256", "Weights file", null, s => s.Weights.Source == WeightsSource.File),
        new("weights.runId", "Finished run", null, s => s.Weights.Source == WeightsSource.Run),
        new("weights.freeze", "Frozen", "Frozen layers keep their first weights.", s => s.Weights.Source != WeightsSource.Random || s.Weights.Freeze != FreezeMode.None),
        new("weights.trainableFrom", "First block that learns", null, s => s.Weights.Freeze == FreezeMode.Before),
    ];

    /// <summary>From file to input.</summary>
    public static IReadOnlyList<FormField> Preprocessing { get; } =
    [
        new("preprocessing.interpolation", "Resize method"),
        new("preprocessing.scaling", "Scaling of values"),
    ];

    /// <summary>Random changes of training images.</summary>
    public static IReadOnlyList<FormField> Augmentation { get; } =
    [
        new("augmentation.rotationDegrees", "Rotation ± degrees") { SliderMax = 180 },
        new("augmentation.zoom", "Zoom ±") { SliderMax = 0.5 },
        new("augmentation.shiftWidth", "Shift left or right ±") { SliderMax = 0.5 },
        new("augmentation.shiftHeight", "Shift up or down ±") { SliderMax = 0.5 },
        new("augmentation.shearDegrees", "Shear ± degrees") { SliderMax = 45 },
        new("augmentation.brightness", "Brightness ±") { SliderMax = 1 },
        new("augmentation.contrast", "Contrast ±") { SliderMax = 1 },
        new("augmentation.saturation", "Saturation ±") { SliderMax = 1 },
        new("augmentation.hue", "Hue ±") { SliderMax = 0.5 },
        new("augmentation.blurSigma", "Blur up to, pixels") { SliderMax = 5 },
        new("augmentation.cutOut", "Cut-out, share of the side") { SliderMax = 0.8 },
        new("augmentation.flipHorizontal", "Mirror left and right"),
        new("augmentation.flipVertical", "Mirror top and bottom"),
        new("augmentation.quarterTurns", "Quarter turns"),
        new("augmentation.alsoValidation", "Change validation images too", "Two published recipes did, by sharing the generator; their validation figures mean less."),
    ];

    /// <summary>Update rule and the way of the learning rate.</summary>
    public static IReadOnlyList<FormField> Optimisation { get; } =
    [
        new("optimizer.kind", "Optimizer"),
        new("optimizer.learningRate", "Learning rate"),
        new("optimizer.momentum", "Momentum", null, s => s.Optimizer.Kind is OptimizerKind.Sgd or OptimizerKind.RmsProp),
        new("optimizer.nesterov", "Nesterov momentum", null, s => s.Optimizer.Kind == OptimizerKind.Sgd && s.Optimizer.Momentum > 0),
        new("optimizer.rho", "Decay of the squared gradient", null, s => s.Optimizer.Kind == OptimizerKind.RmsProp),
        new("optimizer.beta1", "First decay (beta 1)", null, IsAdam),
        new("optimizer.beta2", "Second decay (beta 2)", null, IsAdam),
        new("optimizer.initialAccumulator", "Start of the accumulator", null, s => s.Optimizer.Kind == OptimizerKind.Adagrad),
        new("optimizer.epsilon", "Epsilon", null, s => s.Optimizer.Kind != OptimizerKind.Sgd),
        new(
            "optimizer.epsilonForm",
            "Formula",
            "Whose: where epsilon stands, and when the rate enters momentum.",
            s => s.Optimizer.Kind != OptimizerKind.Sgd || s.Optimizer.Momentum > 0),
        new("optimizer.weightDecay", "Weight decay"),
        new("schedule.kind", "Schedule"),
        new("schedule.factor", "Factor of a reduction", null, s => s.Schedule.Kind is ScheduleKind.Plateau or ScheduleKind.Step),
        new("schedule.patience", "Patience, epochs", "Epochs without improvement before a reduction.", s => s.Schedule.Kind == ScheduleKind.Plateau),
        new("schedule.cooldown", "Rest after a reduction, epochs", null, s => s.Schedule.Kind == ScheduleKind.Plateau),
        new("schedule.minDelta", "Smallest improvement", null, s => s.Schedule.Kind == ScheduleKind.Plateau),
        new("schedule.minLearningRate", "Lowest learning rate", null, s => s.Schedule.Kind is ScheduleKind.Plateau or ScheduleKind.Cosine),
        new("schedule.stepEpochs", "Epochs a step", null, s => s.Schedule.Kind == ScheduleKind.Step),
        new("schedule.warmUpEpochs", "Warm-up, epochs", null, s => s.Schedule.Kind is ScheduleKind.Constant or ScheduleKind.Step or ScheduleKind.Cosine),
        new("schedule.riseShare", "Share of the rise", null, s => s.Schedule.Kind == ScheduleKind.OneCycle),
    ];

    /// <summary>Early stopping, where it is on.</summary>
    public static IReadOnlyList<FormField> EarlyStopping { get; } =
    [
        new("earlyStopping.patience", "Patience, epochs", "Epochs without a better validation loss before the run stops."),
        new("earlyStopping.minDelta", "Smallest improvement"),
        new("earlyStopping.restoreBest", "Take the weights of the best epoch"),
    ];

    /// <summary>The loop.</summary>
    public static IReadOnlyList<FormField> Training { get; } =
    [
        new("training.epochs", "Epochs at most"),
        new("training.batchSize", "Batch size"),
        new("training.seed", "Seed", "Weights, order, dropout and augmentation follow from it."),
        new("training.useBestEpoch", "Test the epoch with the lowest validation loss", null, s => s.EarlyStopping is not { RestoreBest: true }),
    ];

    /// <summary>What few runs need.</summary>
    public static IReadOnlyList<FormField> Fine { get; } =
    [
        new("loss.classWeighting", "Class weights"),
        new("loss.classWeights", "One weight a class", "With commas between, in the order of the classes.", s => s.Loss.ClassWeighting == ClassWeighting.Given),
        new("loss.labelSmoothing", "Label smoothing", "Counts in the validation loss too, as in Keras."),
        new("training.accumulationSteps", "Batches an update"),
        new("training.gradientClipNorm", "Clip gradients at norm", "0 is off."),
        new("training.weightEmaDecay", "Moving average of weights, decay", "0 is off."),
        new("training.precision", "Precision"),
        new("training.deterministic", "Bit-identical repeats on a CPU"),
        new("evaluation.testTimeViews", "Views averaged at the test", "1 is the plain image; up to 8 flips and turns."),
    ];

    /// <summary>All fields.</summary>
    public static IReadOnlyList<FormField> All { get; } = [.. Network, .. Preprocessing, .. Augmentation, .. Optimisation, .. EarlyStopping, .. Training, .. Fine];

    /// <summary>
    /// The values of a spec that decide something, by their part of it, without the data's: those of an Adam have no momentum, those of a constant rate no patience.
    /// </summary>
    public static IEnumerable<IGrouping<string, SpecValue>> Deciding(ExperimentSpec spec) => SpecDiff.Values(SpecNormal.Of(spec))
        .Where(v => v.Path.Contains('.') && All.FirstOrDefault(f => f.Path == v.Path)?.When?.Invoke(spec) != false)
        .GroupBy(v => v.Path[..v.Path.IndexOf('.')])
        .Where(g => g.Key != "data" && (g.Key != "earlyStopping" || spec.EarlyStopping is not null));

    /// <summary>What an issue says, with the field's label where its path stood.</summary>
    public static string Sentence(SpecIssue issue, Words words) =>
        issue.Message.StartsWith(issue.Field + " ", StringComparison.Ordinal) && All.FirstOrDefault(f => f.Path == issue.Field) is { } field
            ? words.Said(words[field.Label] + issue.Message[issue.Field.Length..]) : words.Said(issue.Message);

    /// <summary>English words for a choice; the choice itself where it says enough.</summary>
    public static string Choice(string value) => value switch
    {
        "sgd" => "SGD",
        "adagrad" => "Adagrad",
        "rmsProp" => "RMSprop",
        "adam" => "Adam",
        "amsGrad" => "AMSGrad",
        "adamW" => "AdamW",
        "keras" => "Keras",
        "kerasInside" => "Keras from 2.11: inside the root",
        "pyTorch" => "PyTorch",
        "constant" => "constant",
        "plateau" => "halve on a plateau of the validation loss",
        "step" => "steps",
        "cosine" => "cosine",
        "oneCycle" => "one cycle",
        "unit" => "0 to 1",
        "caffe" => "Caffe: BGR minus its mean",
        "minusOneToOne" => "−1 to 1",
        "imageNet" => "ImageNet mean and deviation",
        "random" => "random",
        "file" => "an imported file",
        "run" => "a finished run",
        "none" => "nothing",
        "backbone" => "everything before the head",
        "before" => "everything before a block",
        "balanced" => "balanced by the training part",
        "given" => "given",
        "float32" => "float32",
        "bFloat16" => "bfloat16",
        "softmax" => "softmax per class",
        "sigmoid" => "sigmoid, one unit",
        _ => value,
    };

    private static bool IsAdam(ExperimentSpec spec) => spec.Optimizer.Kind is OptimizerKind.Adam or OptimizerKind.AmsGrad or OptimizerKind.AdamW;
}
