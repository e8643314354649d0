using MalariaLab.Core.Experiments;
using Xunit;

namespace MalariaLab.Core.Tests.Experiments.Validation;

public sealed class SpecValidatorTests
{
    private static readonly DatasetFacts Cells = new() { Classes = ["Parasitized", "Uninfected"], Train = [300, 290], Validation = [50, 48], Test = [150, 147] };

    public static TheoryData<string> Keys => [.. Recipes.All.Select(r => r.Key)];

    [Theory, MemberData(nameof(Keys))]
    public void Validate_RecipeForOneEpoch_HasNoErrors(string key) =>
        Assert.DoesNotContain(SpecValidator.Validate(Recipes.Get(key).CreateSpec(Samples.Data, 2, epochs: 1), Cells), i => i.IsError);

    [Theory, MemberData(nameof(Keys))]
    public void Validate_RecipeAsItIs_HasNoErrors(string key) =>
        Assert.DoesNotContain(SpecValidator.Validate(Samples.Spec(key), Cells, new() { HasBFloat16 = false }), i => i.IsError);

    // A setting, the field that must be named and a part of the sentence.
    [Theory]
    [InlineData("architecture.size=9", "architecture.size", "larger image")]
    [InlineData("architecture.size=4", "architecture.size", "8 to 1024")]
    [InlineData("architecture.key=alexnet", "architecture.key", "lenet")]
    [InlineData("architecture.channels=2", "architecture.channels", "1 (grey) or 3")]
    [InlineData("architecture.dropout=1", "architecture.dropout", "below 1")]
    [InlineData("weights.source=file", "weights.fileSha256", "No weights file")]
    [InlineData("weights.source=run", "weights.runId", "No run")]
    [InlineData("weights.freeze=before;weights.trainableFrom=block4", "weights.trainableFrom", "conv1, conv2, conv3")]
    [InlineData("weights.freeze=before", "weights.trainableFrom", "No block is named")]
    [InlineData("weights.source=file;weights.fileSha256=ff", "weights.fileSha256", "no weights file with")]
    [InlineData("weights.source=file;weights.fileSha256=aa", "weights.fileSha256", "is for vgg19")]
    [InlineData("weights.source=run;weights.runId=4", "weights.runId", "not a finished run")]
    [InlineData("weights.source=run;weights.runId=3", "architecture.backbone", "take architecture.backbone=cellnet under the head of lenet")]
    [InlineData("architecture.backbone=alexnet", "architecture.backbone", "lenet")]
    [InlineData("training.batchSize=591", "training.batchSize", "590")]
    [InlineData("training.batchSize=0", "training.batchSize", "at least 1")]
    [InlineData("training.batchSize=64;training.accumulationSteps=10", "training.accumulationSteps", "590")]
    [InlineData("training.epochs=0", "training.epochs", "at least 1")]
    [InlineData("optimizer.learningRate=0", "optimizer.learningRate", "above 0")]
    [InlineData("optimizer.beta1=1", "optimizer.beta1", "below 1")]
    [InlineData("optimizer.epsilon=1e-40", "optimizer.epsilon", "at least 1E-30")]
    [InlineData("earlyStopping.patience=0", "earlyStopping.patience", "at least 1")]
    [InlineData("loss.classWeighting=given;loss.classWeights=1,2,3", "loss.classWeights", "3 class weights")]
    [InlineData("loss.classWeighting=given;loss.classWeights=1,0", "loss.classWeights", "above 0")]
    [InlineData("architecture.channels=1;preprocessing.scaling=caffe", "preprocessing.scaling", "each colour")]
    [InlineData("architecture.size=1024;architecture.headUnits=8192", "architecture.size", "GB, but the device has 1.0 GB")]
    [InlineData("schedule.kind=cosine;schedule.warmUpEpochs=30", "schedule.warmUpEpochs", "before the last")]
    public void Validate_WhatCannotWork_IsAnErrorThatNamesTheField(string settings, string field, string sentence)
    {
        var spec = SpecEdit.Apply(Samples.Spec(), settings.Split(';'));
        var issue = Assert.Single(SpecValidator.Validate(spec, Cells, Lab), i => i.IsError);
        Assert.Equal(field, issue.Field);
        Assert.Contains(sentence, issue.Message);
    }

    [Theory]
    [InlineData("training.precision=bFloat16", "training.precision", "AVX-512 BF16")]
    [InlineData("weights.freeze=backbone", "weights.freeze", "never learn")]
    [InlineData("schedule.kind=oneCycle;earlyStopping.patience=3", "earlyStopping", "one-cycle")]
    [InlineData("architecture.channels=1", "architecture.channels", "drops")]
    [InlineData("schedule.kind=plateau;schedule.minLearningRate=0.01", "schedule.minLearningRate", "never lowers")]
    [InlineData("training.batchSize=512", "training.batchSize", "GB")]
    [InlineData("architecture.size=300", "architecture.size", "120 pixels")]
    [InlineData(
        "weights.freeze=backbone;evaluation.testTimeViews=2;"
            + "augmentation.rotationDegrees=0;augmentation.shearDegrees=0;augmentation.zoom=0;augmentation.flipHorizontal=false",
        "evaluation.testTimeViews", "Averaged views")]
    [InlineData("architecture.backbone=cellnet;weights.source=run;weights.runId=3;preprocessing.scaling=caffe", "preprocessing.scaling", "run 3 expect the Unit scaling")]
    public void Validate_WhatIsDoubtful_IsAWarning(string settings, string field, string sentence)
    {
        var spec = SpecEdit.Apply(Samples.Spec(), settings.Split(';'));
        var issues = SpecValidator.Validate(spec, Cells with { MedianSide = 120 }, Lab);
        Assert.DoesNotContain(issues, i => i.IsError);
        Assert.Contains(issues, i => i.Field == field && i.Message.Contains(sentence, StringComparison.Ordinal));
    }

    [Fact]
    public void Validate_ImageSplit_WarnsWithTheNumberOfLeakedPatients()
    {
        var issues = SpecValidator.Validate(Samples.Spec(), Cells with { LeakedGroups = 43 });
        Assert.Contains(issues, i => !i.IsError && i.Message.Contains("leaks 43 patients", StringComparison.Ordinal));
    }

    [Fact]
    public void Validate_TestImagesThatTheStartLearnedFrom_WarnsWithTheirNumber() =>
        Assert.Contains(
            SpecValidator.Validate(Samples.Spec(), Cells with { LearnedByStart = 12 }),
            i => !i.IsError && i.Field == "weights.runId" && i.Message.Contains("12 of the 297 test images", StringComparison.Ordinal));

    [Fact]
    public void Validate_ClassWithoutImagesInAPart_NamesPartAndClass()
    {
        var issue = Assert.Single(SpecValidator.Validate(Samples.Spec(), Cells with { Test = [150, 0] }), i => i.IsError);
        Assert.Equal("data.splitId", issue.Field);
        Assert.Contains("test part has no image of Uninfected", issue.Message);
    }

    [Fact]
    public void Validate_SigmoidForThreeClasses_IsRefused()
    {
        var data = new DatasetFacts { Classes = ["a", "b", "c"], Train = [90, 90, 90], Validation = [9, 9, 9], Test = [9, 9, 9] };
        Assert.Equal("architecture.output", Assert.Single(SpecValidator.Validate(Samples.Spec("basic-cnn"), data), i => i.IsError).Field);
        Assert.DoesNotContain(SpecValidator.Validate(Samples.Spec("basic-cnn", classes: 3), data), i => i.IsError);
    }

    [Theory]
    [InlineData("schedule.kind=plateau", "schedule.kind")]
    [InlineData("earlyStopping.patience=5", "earlyStopping")]
    [InlineData("training.useBestEpoch=true", "training.useBestEpoch")]
    public void Validate_WithoutValidationPart_RefusesWhatNeedsIt(string setting, string field)
    {
        var spec = SpecEdit.Apply(Samples.Spec(), [setting]);
        Assert.Equal(field, Assert.Single(SpecValidator.Validate(spec, Cells with { Validation = [0, 0] }), i => i.IsError).Field);
        var issues = SpecValidator.Validate(spec, Cells with { Validation = [8, 8] });
        Assert.Contains(issues, i => i.Field == field && i.Message.Contains("16 validation images", StringComparison.Ordinal));
    }

    [Fact]
    public void Validate_PretrainedWeights_WantTheirScalingAndThreeChannels()
    {
        var spec = SpecEdit.Apply(Samples.Spec("vgg19-frozen"), ["weights.source=file", "weights.fileSha256=aa"]);
        Assert.Equal("preprocessing.scaling", Assert.Single(SpecValidator.Validate(spec, Cells, Lab with { DeviceMemory = null })).Field);
        Assert.Empty(SpecValidator.Validate(SpecEdit.Set(spec, "preprocessing.scaling", "caffe"), Cells, Lab with { DeviceMemory = null }));
        var grey = SpecValidator.Validate(SpecEdit.Set(spec, "architecture.channels", "1"), Cells, Lab);
        Assert.Equal("architecture.channels", grey[0].Field);
        Assert.True(grey[0].IsError);
    }

    [Fact]
    public void Validate_WeightsThatARunLeft_AreNotTakenForImageNets()
    {
        var spec = SpecEdit.Apply(Samples.Spec("vgg19-frozen"), ["weights.source=file", "weights.fileSha256=bb", "architecture.channels=1"]);
        Assert.Empty(SpecValidator.Validate(spec, Cells with { IsGrey = true }, Lab with { DeviceMemory = null }));
    }

    [Fact]
    public void Validate_RunOfAnotherFamilyOnItsBackbone_IsFine()
    {
        var spec = StartChoice.OnBackboneOf(SpecEdit.Apply(Samples.Spec("pneumonia-cnn-deep"), ["weights.source=run", "weights.runId=3"]), Lab.Runs![0].Architecture);
        Assert.Equal("cellnet", spec.Architecture.Backbone);
        Assert.DoesNotContain(SpecValidator.Validate(spec, Cells, Lab), i => i.IsError);
    }

    [Fact]
    public void Validate_ImageNetRecipeFromRandomWeights_NamesTheFilesAndThePage()
    {
        var doubt = Assert.Single(SpecValidator.Validate(Samples.Spec("resnet50v2"), Cells), i => i.Field == "weights.source");
        Assert.Contains("resnet50v2_weights_tf_dim_ordering_tf_kernels_notop.h5 from storage.googleapis.com to the Weights page", doubt.Message);
    }

    [Fact]
    public void All_Ranges_AreOfNumbersThatExist() =>
        Assert.All(SpecRange.All, r => Assert.True(SpecField.All.Single(f => f.Path == r.Path).IsNumber));

    private static readonly LabFacts Lab = new()
    {
        Files = [new("aa", "vgg19"), new("bb", "vgg19", IsOfRun: true)],
        Runs = [new(3, Samples.Spec("cellnet").Architecture, PixelScaling.Unit)],
        HasBFloat16 = false,
        DeviceMemory = 1_000_000_000,
    };
}
