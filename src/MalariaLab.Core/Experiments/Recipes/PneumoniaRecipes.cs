using MalariaLab.Core.Datasets;

namespace MalariaLab.Core.Experiments;

/// <summary>Published Keras recipes for chest X-rays. Where the source names no amount, the one here is ours and the note says so.</summary>
internal static class PneumoniaRecipes
{
    public static Recipe Plain { get; } = new()
    {
        Key = "pneumonia-cnn",
        Title = "Pneumonia CNN",
        Description = "One convolution and shrinking dense layers on grey chest X-rays, stopped when the validation loss no longer falls.",
        Source = "A published Keras recipe for the Kermany chest X-rays.",
        Reported = "Validation accuracy 94 %, log loss 0.11.",
        Note = "The source names no dense sizes: 128 and 64 are ours. It splits 70/15/15 after dropping corrupt files; where the data come with their own parts, take those.",
        Split = new() { Unit = SplitUnit.Image, TrainPercent = 70, ValidationPercent = 15, TestPercent = 15 },
        Architecture = Architectures.PneumoniaCnn.Figure.Defaults,
        Preprocessing = new() { Interpolation = Interpolation.Nearest, Scaling = PixelScaling.Unit },
        Optimizer = new() { Kind = OptimizerKind.RmsProp, LearningRate = 1e-3 },
        EarlyStopping = new() { Patience = 5, RestoreBest = true },
        Training = new() { Epochs = 30, BatchSize = 32 },
    };

    public static Recipe Deep { get; } = Plain with
    {
        Key = "pneumonia-cnn-deep",
        Title = "Pneumonia CNN, deep",
        Description = "Four convolutions with growing filters and shrinking dense layers on grey chest X-rays, with augmentation.",
        Reported = "Validation accuracy 97.3 %, log loss 0.075; test accuracy 97.8 %, recall 97.9 %.",
        Note = "The source names neither filters, dense sizes nor the amounts of rotation, brightness, shear and zoom: those here are ours. "
            + "It splits 70/15/15 after dropping corrupt files; where the data come with their own parts, take those.",
        Architecture = Architectures.PneumoniaCnn.DeepFigure.Defaults,
        Augmentation = new() { RotationDegrees = 10, Brightness = 0.2, ShearDegrees = 5, Zoom = 0.1 },
        Optimizer = new() { Kind = OptimizerKind.AmsGrad, LearningRate = 1e-3 },
    };

    public static IReadOnlyList<Recipe> All { get; } = [Plain, Deep];
}
