using System.Text.Json.Serialization;

namespace MalariaLab.Core.Experiments;

/// <summary>
/// Everything that decides a run's numbers: data, network, preprocessing, augmentation, optimisation and seed.
/// Immutable; a change makes a new spec with another <see cref="SpecJson.Hash"/>.
/// </summary>
public sealed record ExperimentSpec
{
    /// <summary>Key of the recipe that the spec was made from, for example <c>lenet</c>; see the recipe catalogue.</summary>
    public required string Recipe { get; init; }

    /// <summary>Which images, cut how.</summary>
    public required DataSpec Data { get; init; }

    /// <summary>Which network, on which input size.</summary>
    public required ArchitectureSpec Architecture { get; init; }

    /// <summary>Where the first weights come from and which of them stay as they are.</summary>
    public WeightsSpec Weights { get; init; } = new();

    /// <summary>How a decoded image becomes network input.</summary>
    public PreprocessingSpec Preprocessing { get; init; } = new();

    /// <summary>Random changes of training images; all off by default.</summary>
    public AugmentationSpec Augmentation { get; init; } = new();

    /// <summary>The update rule.</summary>
    public required OptimizerSpec Optimizer { get; init; }

    /// <summary>How the learning rate moves.</summary>
    public ScheduleSpec Schedule { get; init; } = new();

    /// <summary>Loss and class weighting.</summary>
    public LossSpec Loss { get; init; } = new();

    /// <summary>When to stop before the last epoch.</summary>
    public EarlyStoppingSpec? EarlyStopping { get; init; }

    /// <summary>Epochs, batches, seed and numerics.</summary>
    public TrainingSpec Training { get; init; } = new();

    /// <summary>How the finished network is scored.</summary>
    public EvaluationSpec Evaluation { get; init; } = new();
}

/// <summary>The inputs, by id for finding them and by hash for proving them.</summary>
public sealed record DataSpec
{
    /// <summary>Row id of the dataset version.</summary>
    public required long DatasetVersionId { get; init; }

    /// <summary>Row id of the split.</summary>
    public required long SplitId { get; init; }

    /// <summary>Content hash of the dataset version (64 hex digits).</summary>
    public required string DatasetHash { get; init; }

    /// <summary>Content hash of the split (64 hex digits).</summary>
    public required string SplitHash { get; init; }
}

/// <summary>A network of the catalogue with its parameters.</summary>
public sealed record ArchitectureSpec
{
    /// <summary>Key in the catalogue, for example <c>resnet50v2</c>.</summary>
    public required string Key { get; init; }

    /// <summary>
    /// Key of the architecture whose backbone stands under this one's head, as when the start is a run of another family; null takes its own. Left out of
    /// the text when null, so that specs from before it was there keep their hash.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Backbone { get; init; }

    /// <summary>Key of the architecture that the backbone is of.</summary>
    [JsonIgnore]
    public string BackboneKey => Backbone ?? Key;

    /// <summary>Input side in pixels; images are resized to <c>Size × Size</c>.</summary>
    public required int Size { get; init; }

    /// <summary>3 for RGB, 1 for grey.</summary>
    public int Channels { get; init; } = 3;

    /// <summary>Sizes of the hidden dense layers of the head; empty takes the architecture's own.</summary>
    public ValueList<int> HeadUnits { get; init; } = [];

    /// <summary>Dropout rate of the head, 0 ≤ rate &lt; 1; null takes the architecture's own.</summary>
    public double? Dropout { get; init; }

    /// <summary>What ends the network: one sigmoid unit (two classes only) or one softmax unit a class; null takes the architecture's own.</summary>
    public OutputUnit? Output { get; init; }
}

/// <summary>The last layer.</summary>
public enum OutputUnit { Softmax, Sigmoid }

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
}

/// <summary>Where the first weights come from.</summary>
public enum WeightsSource { Random, File, Run }

/// <summary>Which layers of the backbone stay frozen; the head always trains.</summary>
public enum FreezeMode { None, Backbone, Before }

/// <summary>From decoded image to network input.</summary>
public sealed record PreprocessingSpec
{
    /// <summary>Resize method.</summary>
    public Interpolation Interpolation { get; init; } = Interpolation.Bilinear;

    /// <summary>Value scaling.</summary>
    public PixelScaling Scaling { get; init; } = PixelScaling.Unit;
}

/// <summary>Resize methods, with Pillow's meaning of the names.</summary>
public enum Interpolation { Nearest, Bilinear, Bicubic, Lanczos }

/// <summary>
/// Value scalings: <c>Unit</c> x/255; <c>Caffe</c> BGR minus (103.939, 116.779, 123.68); <c>MinusOneToOne</c> x/127.5 − 1;
/// <c>ImageNet</c> (x/255 − mean)/std with torchvision's constants.
/// </summary>
public enum PixelScaling { Unit, Caffe, MinusOneToOne, ImageNet }

/// <summary>
/// Random changes of a training image. Every draw comes from (seed, epoch, image) alone. Zero and false mean off.
/// Affine parts follow Keras' ImageDataGenerator: R·T·S·Z about the centre, bilinear, edges replicated.
/// </summary>
public sealed record AugmentationSpec
{
    /// <summary>Rotation drawn from ± this many degrees.</summary>
    public double RotationDegrees { get; init; }

    /// <summary>Vertical shift drawn from ± this fraction of the height.</summary>
    public double ShiftHeight { get; init; }

    /// <summary>Horizontal shift drawn from ± this fraction of the width.</summary>
    public double ShiftWidth { get; init; }

    /// <summary>Shear drawn from ± this many degrees (0.2 is nearly nothing, as in the published recipes).</summary>
    public double ShearDegrees { get; init; }

    /// <summary>Zoom z: both factors are drawn from 1 − z to 1 + z, each on its own.</summary>
    public double Zoom { get; init; }

    /// <summary>Mirror left and right with probability ½.</summary>
    public bool FlipHorizontal { get; init; }

    /// <summary>Mirror top and bottom with probability ½.</summary>
    public bool FlipVertical { get; init; }

    /// <summary>Turn by 0, 90, 180 or 270 degrees, each with probability ¼.</summary>
    public bool QuarterTurns { get; init; }

    /// <summary>Brightness factor drawn from 1 − b to 1 + b.</summary>
    public double Brightness { get; init; }

    /// <summary>Contrast factor about the image's mean, drawn from 1 − c to 1 + c.</summary>
    public double Contrast { get; init; }

    /// <summary>Saturation factor drawn from 1 − s to 1 + s.</summary>
    public double Saturation { get; init; }

    /// <summary>Hue shift drawn from ± this fraction of the colour circle.</summary>
    public double Hue { get; init; }

    /// <summary>Gaussian blur: standard deviation drawn from 0 to this many pixels.</summary>
    public double BlurSigma { get; init; }

    /// <summary>Cut-out: side of one grey square as a fraction of the image side.</summary>
    public double CutOut { get; init; }

    /// <summary>Two published recipes augment validation images too, by sharing the generator; off unless a faithful repeat is wanted.</summary>
    public bool AlsoValidation { get; init; }

    /// <summary>True when nothing is switched on.</summary>
    [JsonIgnore]
    public bool IsNone => this == new AugmentationSpec() || this == new AugmentationSpec { AlsoValidation = true };
}

/// <summary>The update rule; unused parameters of other rules are ignored and not part of the hash.</summary>
public sealed record OptimizerSpec
{
    /// <summary>The rule.</summary>
    public required OptimizerKind Kind { get; init; }

    /// <summary>First learning rate, &gt; 0.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Momentum of SGD and RMSprop, 0 ≤ m &lt; 1.</summary>
    public double Momentum { get; init; }

    /// <summary>Nesterov momentum for SGD.</summary>
    public bool Nesterov { get; init; }

    /// <summary>RMSprop's decay of the squared gradient.</summary>
    public double Rho { get; init; } = 0.9;

    /// <summary>Adam's first decay.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Adam's second decay.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Guard against division by zero.</summary>
    public double Epsilon { get; init; } = 1e-7;

    /// <summary>Whose formula: where epsilon stands, how Adam corrects its bias, and when the rate enters momentum.</summary>
    public EpsilonForm EpsilonForm { get; init; } = EpsilonForm.Keras;

    /// <summary>Start of Adagrad's accumulator.</summary>
    public double InitialAccumulator { get; init; }

    /// <summary>Decoupled for AdamW, otherwise added to the gradient (L2).</summary>
    public double WeightDecay { get; init; }
}

/// <summary>Update rules.</summary>
public enum OptimizerKind { Sgd, Adagrad, RmsProp, Adam, AmsGrad, AdamW }

/// <summary>
/// <c>Keras</c>: outside the root for Adagrad and RMSprop, "epsilon hat" for Adam. <c>KerasInside</c>: inside the root for Adagrad and RMSprop
/// (tf.keras from 2.11). <c>PyTorch</c>: Adam adds epsilon after the bias correction, and the velocity of SGD and RMSprop is multiplied by the rate as it
/// is applied rather than as it grows, which differs once a schedule changes the rate.
/// </summary>
public enum EpsilonForm { Keras, KerasInside, PyTorch }

/// <summary>How the learning rate moves; fields of other kinds are ignored.</summary>
public sealed record ScheduleSpec
{
    /// <summary>The kind.</summary>
    public ScheduleKind Kind { get; init; } = ScheduleKind.Constant;

    /// <summary>Plateau and Step: factor of each reduction.</summary>
    public double Factor { get; init; } = 0.5;

    /// <summary>Plateau: epochs without improvement before a reduction.</summary>
    public int Patience { get; init; } = 2;

    /// <summary>Plateau: epochs of rest after a reduction.</summary>
    public int Cooldown { get; init; }

    /// <summary>Plateau: smallest improvement that counts (absolute).</summary>
    public double MinDelta { get; init; } = 1e-4;

    /// <summary>Plateau and Cosine: lowest learning rate.</summary>
    public double MinLearningRate { get; init; } = 1e-6;

    /// <summary>Step: epochs between reductions.</summary>
    public int StepEpochs { get; init; } = 10;

    /// <summary>Linear warm-up over this many epochs (fractions allowed), before any kind but Plateau and OneCycle.</summary>
    public double WarmUpEpochs { get; init; }

    /// <summary>OneCycle: share of all steps that the rate rises.</summary>
    public double RiseShare { get; init; } = 0.3;
}

/// <summary>Learning-rate schedules.</summary>
public enum ScheduleKind { Constant, Plateau, Step, Cosine, OneCycle }

/// <summary>Loss options over binary or categorical cross-entropy.</summary>
public sealed record LossSpec
{
    /// <summary>ε of label smoothing, 0 ≤ ε &lt; 1.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Weights of classes in the loss.</summary>
    public ClassWeighting ClassWeighting { get; init; } = ClassWeighting.None;

    /// <summary>For <see cref="ClassWeighting.Given"/>: one weight a class, in class order.</summary>
    public ValueList<double> ClassWeights { get; init; } = [];
}

/// <summary><c>Balanced</c>: n / (classes · count of the class), over the training part.</summary>
public enum ClassWeighting { None, Balanced, Given }

/// <summary>Keras' EarlyStopping on validation loss.</summary>
public sealed record EarlyStoppingSpec
{
    /// <summary>Epochs without improvement before the run stops.</summary>
    public int Patience { get; init; } = 5;

    /// <summary>Smallest improvement that counts (absolute).</summary>
    public double MinDelta { get; init; }

    /// <summary>Take the weights of the best epoch for evaluation, also when the run reached its last epoch.</summary>
    public bool RestoreBest { get; init; } = true;
}

/// <summary>Loop parameters.</summary>
public sealed record TrainingSpec
{
    /// <summary>Epochs at most, ≥ 1.</summary>
    public int Epochs { get; init; } = 30;

    /// <summary>Images a step, ≥ 1; the last batch of an epoch may be smaller.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>Seed of weights, order, dropout and augmentation.</summary>
    public long Seed { get; init; } = 42;

    /// <summary>Batches whose gradients are summed before one update.</summary>
    public int AccumulationSteps { get; init; } = 1;

    /// <summary>Global-norm clipping; 0 is off.</summary>
    public double GradientClipNorm { get; init; }

    /// <summary>Decay of the exponential moving average of the weights, used for validation and test; 0 is off.</summary>
    public double WeightEmaDecay { get; init; }

    /// <summary>Numeric precision of forward and backward passes.</summary>
    public Precision Precision { get; init; } = Precision.Float32;

    /// <summary>Bit-identical repeats on a CPU.</summary>
    public bool Deterministic { get; init; } = true;

    /// <summary>Evaluate with the weights of the epoch with the lowest validation loss instead of the last; EarlyStopping.RestoreBest implies it.</summary>
    public bool UseBestEpoch { get; init; }

    /// <summary>Updates of the weights in an epoch over this many images.</summary>
    public int StepsPerEpoch(int images) => (((images + BatchSize - 1) / BatchSize) + AccumulationSteps - 1) / AccumulationSteps;
}

/// <summary>Numeric precisions; <c>BFloat16</c> is autocast and needs CUDA.</summary>
public enum Precision { Float32, BFloat16 }

/// <summary>Scoring options.</summary>
public sealed record EvaluationSpec
{
    /// <summary>Number of test-time augmentation views averaged (flips and quarter turns); 1 is the plain image.</summary>
    public int TestTimeViews { get; init; } = 1;
}
