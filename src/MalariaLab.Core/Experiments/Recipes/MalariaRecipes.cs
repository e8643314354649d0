using MalariaLab.Core.Datasets;
using MalariaLab.Core.Experiments.Architectures;

namespace MalariaLab.Core.Experiments;

/// <summary>Published Keras recipes for the NIH malaria cells, with their own values.</summary>
internal static class MalariaRecipes
{
    private static readonly SplitPlan RandomByImage = new()
    {
        Unit = SplitUnit.Image,
        TrainPercent = 63,
        ValidationPercent = 7,
        TestPercent = 30,
        Seed = 42,
        Stratified = false,
    };

    private static readonly ScheduleSpec HalveOnPlateau = new() { Kind = ScheduleKind.Plateau, Factor = 0.5, Patience = 2, MinLearningRate = 1e-6 };

    private static readonly PreprocessingSpec BicubicUnit = new() { Interpolation = Interpolation.Bicubic, Scaling = PixelScaling.Unit };

    private const string TransferSource = "A published Keras tutorial on malaria detection that compares a basic CNN with frozen and fine-tuned VGG-19.";

    private const string LeaksPatients = "The split by image puts cells of one patient into training and test: expect a lower figure on patients never seen.";

    public static Recipe LeNet { get; } = new()
    {
        Key = "lenet",
        Title = "LeNet",
        Description = "A small network in the manner of LeNet, with mild augmentation. The quickest way to a first result.",
        Source = "A published Keras 2.3 tutorial on malaria cells.",
        Reported = "Validation accuracy above 90 %, settled after 15 epochs.",
        Note = "The source takes the first tenth of the files of each class for validation and tests on nothing else. Its file names sort by patient, so that this is "
            + "nearly a split by patient; the plan here is by patient, and keeps another tenth for the test. The source augments its validation images too, by "
            + "sharing the generator: a switch repeats that.",
        Split = new() { Unit = SplitUnit.Group, TrainPercent = 80, ValidationPercent = 10, TestPercent = 10 },
        Architecture = Architectures.LeNet.Figure.Defaults,
        Preprocessing = new() { Interpolation = Interpolation.Nearest, Scaling = PixelScaling.Unit },
        Augmentation = new() { RotationDegrees = 20, ShearDegrees = 0.2, Zoom = 0.2, FlipHorizontal = true },
        Optimizer = new() { Kind = OptimizerKind.Adagrad, LearningRate = 0.01, InitialAccumulator = 0, Epsilon = 1e-7, EpsilonForm = EpsilonForm.Keras },
        Training = new() { Epochs = 30, BatchSize = 32 },
    };

    public static Recipe BasicCnn { get; } = new()
    {
        Key = "basic-cnn",
        Title = "Basic CNN",
        Description = "Three convolutions and two wide dense layers, without augmentation: learns the training images by heart after a few epochs.",
        Source = TransferSource,
        Reported = "Validation accuracy 95.6 %, training 99.9 %: over-fits after epoch 5.",
        Note = LeaksPatients,
        Split = RandomByImage,
        Architecture = Architectures.BasicCnn.Figure.Defaults,
        Preprocessing = BicubicUnit,
        Optimizer = new() { Kind = OptimizerKind.Adam, LearningRate = 1e-3 },
        Schedule = HalveOnPlateau,
        Training = new() { Epochs = 25, BatchSize = 64 },
    };

    public static Recipe Vgg19Frozen { get; } = BasicCnn with
    {
        Key = "vgg19-frozen",
        Title = "VGG-19, frozen",
        Description = "VGG-19 with ImageNet weights as a fixed feature extractor; only the dense head learns. Features are computed once.",
        Reported = "Worse than the basic CNN.",
        Note = "The source feeds x/255, though the weights expect the Caffe scaling. " + LeaksPatients,
        StartsFromImageNet = true,
        Architecture = Vgg19.Figure.Defaults,
        Weights = new() { Freeze = FreezeMode.Backbone },
        Optimizer = new() { Kind = OptimizerKind.RmsProp, LearningRate = 1e-4 },
        Schedule = new(),
    };

    public static Recipe Vgg19Finetuned { get; } = Vgg19Frozen with
    {
        Key = "vgg19-finetuned",
        Title = "VGG-19, fine-tuned",
        Description = "VGG-19 with ImageNet weights; blocks 4 and 5 and the head learn, slowly and with augmentation.",
        Reported = "Validation accuracy 96.5 %; test accuracy and F1 96 %.",
        Weights = new() { Freeze = FreezeMode.Before, TrainableFrom = "block4" },
        Augmentation = new() { Zoom = 0.05, RotationDegrees = 25, ShiftWidth = 0.05, ShiftHeight = 0.05, ShearDegrees = 0.05, FlipHorizontal = true },
        Optimizer = new() { Kind = OptimizerKind.RmsProp, LearningRate = 1e-5 },
        Schedule = HalveOnPlateau,
    };

    public static Recipe ResNet { get; } = new()
    {
        Key = "resnet50v2",
        Title = "ResNet50V2",
        Description = "ResNet50V2 with ImageNet weights, all of them learning, with mild augmentation.",
        Source = "A published Keras recipe for the NIH malaria cells.",
        Reported = "Test accuracy 96.19 %, errors about 2 % each way.",
        Note = "The source has 70/30; a tenth of its training part is kept for validation here. It feeds x/255, though the weights expect x/127.5 − 1. " + LeaksPatients,
        Split = RandomByImage,
        StartsFromImageNet = true,
        Architecture = ResNet50V2.Figure.Defaults,
        Preprocessing = new() { Interpolation = Interpolation.Bilinear, Scaling = PixelScaling.Unit },
        Augmentation = new() { RotationDegrees = 20, Zoom = 0.05, ShiftWidth = 0.05, ShiftHeight = 0.05, ShearDegrees = 0.05, FlipHorizontal = true },
        Optimizer = new() { Kind = OptimizerKind.Adam, LearningRate = 1e-3 },
        Training = new() { Epochs = 30, BatchSize = 32 },
    };

    public static IReadOnlyList<Recipe> All { get; } = [LeNet, BasicCnn, Vgg19Frozen, Vgg19Finetuned, ResNet];
}
