using MalariaLab.Core.Datasets;

namespace MalariaLab.Core.Experiments;

/// <summary>The lab's own recipes: patients never seen in the test, modern optimisation.</summary>
internal static class LabRecipes
{
    // The split of the published LeNet recipe, so that all three can be compared on one.
    private static readonly SplitPlan ByPatient = new() { Unit = SplitUnit.Group, TrainPercent = 80, ValidationPercent = 10, TestPercent = 10 };

    private static readonly AugmentationSpec CellViews = new()
    {
        FlipHorizontal = true,
        FlipVertical = true,
        QuarterTurns = true,
        Brightness = 0.1,
        Contrast = 0.1,
        Saturation = 0.1,
        Hue = 0.02,
    };

    /// <summary>Any turn of a cell, and stains as they differ from slide to slide.</summary>
    private static readonly AugmentationSpec StrongCellViews = CellViews with
    {
        RotationDegrees = 45,
        Zoom = 0.1,
        Brightness = 0.25,
        Contrast = 0.25,
        Saturation = 0.35,
        Hue = 0.06,
    };

    public static Recipe SqueezeNet { get; } = new()
    {
        Key = "squeezenet",
        Title = "SqueezeNet 1.1",
        Description = "A network with ImageNet weights that are small enough to fine-tune anywhere, on a split by patient.",
        Source = "The lab's own, on SqueezeNet 1.1 (Iandola et al. 2016).",
        Split = ByPatient,
        StartsFromImageNet = true,
        Architecture = Architectures.SqueezeNet.Figure.Defaults,
        Preprocessing = new() { Interpolation = Interpolation.Bilinear, Scaling = PixelScaling.Caffe },
        Augmentation = CellViews,
        Optimizer = new() { Kind = OptimizerKind.AdamW, LearningRate = 3e-4, WeightDecay = 0.01, EpsilonForm = EpsilonForm.PyTorch, Epsilon = 1e-8 },
        Schedule = new() { Kind = ScheduleKind.Cosine, WarmUpEpochs = 1 },
        Training = new() { Epochs = 15, BatchSize = 32 },
    };

    public static Recipe CellNet { get; } = new()
    {
        Key = "cellnet",
        Title = "CellNet",
        Description = "The lab's own network for cells, made for a CPU: few weights, strong augmentation, averaged weights. The one to beat.",
        Source = "The lab's own.",
        Note = "Many cells of a few NIH patients are called parasitized and show no parasite, often with a bite that the segmentation took out of their edge: no network "
            + "is right on all of them, and the test figure moves by more than two percent with the patients that a split happens to test. "
            + "Compare networks on one split, or over folds.",
        Split = ByPatient,
        Architecture = Architectures.CellNet.Figure.Defaults,
        Preprocessing = new() { Interpolation = Interpolation.Bilinear, Scaling = PixelScaling.Unit },
        Augmentation = StrongCellViews,
        Optimizer = new() { Kind = OptimizerKind.AdamW, LearningRate = 3e-3, WeightDecay = 0.02, EpsilonForm = EpsilonForm.PyTorch, Epsilon = 1e-8 },
        Schedule = new() { Kind = ScheduleKind.OneCycle, RiseShare = 0.3 },
        Loss = new() { LabelSmoothing = 0.05 },
        Training = new() { Epochs = 60, BatchSize = 64, WeightEmaDecay = 0.995 },
        Evaluation = new() { TestTimeViews = 8 },
    };

    public static IReadOnlyList<Recipe> All { get; } = [SqueezeNet, CellNet];
}
