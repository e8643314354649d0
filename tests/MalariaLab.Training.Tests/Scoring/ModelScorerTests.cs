using MalariaLab.Core.Datasets;
using MalariaLab.Core.Experiments;
using MalariaLab.Imaging;
using MalariaLab.Training.Scoring;
using MalariaLab.Training.Tests.Support;
using MalariaLab.Training.Weights;
using Xunit;

namespace MalariaLab.Training.Tests.Scoring;

public sealed class ModelScorerTests : IDisposable
{
    private readonly Runs _runs = new();

    public void Dispose() => _runs.Dispose();

    [Theory]
    [InlineData(OutputUnit.Softmax)]
    [InlineData(OutputUnit.Sigmoid)]
    public void Score_WeightsOfARun_GiveItsTestProbabilitiesAgain(OutputUnit unit)
    {
        var (outcome, data) = Train(unit);
        var test = outcome.Scores.Single(s => s.Part == SplitPart.Test);
        using var scorer = ModelScorer.Load(outcome.WeightsFile, threads: 2);

        var fromDataset = scorer.Score(data, test.Indices, 1, TestContext.Current.CancellationToken);
        var fromImages = scorer.Score([.. test.Indices.Select(i => new PixelImage(32, 32, 3, data.Image(i).ToArray()))]);

        Assert.Equal(data.ClassNames, scorer.ClassNames);
        Assert.Equal(test.Probabilities, fromDataset);
        Assert.Equal(test.Probabilities, fromImages);
    }

    [Fact]
    public void Score_EightViews_DoNotChangeWhenTheImageIsTurned()
    {
        var (outcome, data) = Train(OutputUnit.Softmax);
        using var scorer = ModelScorer.Load(outcome.WeightsFile, threads: 2);
        var image = data.Image(1).ToArray();
        var turned = new byte[image.Length];
        new Imaging.Augmentation.ImageAugmenter(32, 32, 3).Render(image, Imaging.Augmentation.ImageTransform.View(3), turned);

        var plain = scorer.Score([new PixelImage(32, 32, 3, image), new PixelImage(32, 32, 3, turned)]);
        var averaged = scorer.Score([new PixelImage(32, 32, 3, image), new PixelImage(32, 32, 3, turned)], views: 8);

        Assert.NotEqual(plain[0], plain[2], 1e-5f);
        Assert.Equal(averaged[0], averaged[2], 1e-5f);
    }

    [Fact]
    public void Explain_DotInACorner_LooksThere()
    {
        var (outcome, _) = Train(OutputUnit.Softmax, epochs: 12);
        using var scorer = ModelScorer.Load(outcome.WeightsFile, threads: 2);
        var image = Enumerable.Repeat((byte)180, 32 * 32 * 3).ToArray();
        for (var r = 3; r < 9; r++)
            for (var c = 21; c < 27; c++)
                image.AsSpan((r * 32 + c) * 3, 3).Fill(50);

        var map = scorer.Explain([new PixelImage(32, 32, 3, image)], [1]).Single();

        Assert.Equal((1, 32, 32), (map.ClassIndex, map.Height, map.Width));
        Assert.Equal(1f, map.Values.Max(), 1e-6f);
        Assert.All(map.Values, v => Assert.InRange(v, 0, 1));
        var strongest = Array.IndexOf(map.Values, map.Values.Max());
        Assert.InRange(strongest / 32, 0, 15);
        Assert.InRange(strongest % 32, 14, 31);
    }

    [Fact]
    public void Load_FileOfAnotherProgram_IsRefused()
    {
        var path = _runs.Folder("other.safetensors");
        File.WriteAllBytes(path, [8, 0, 0, 0, 0, 0, 0, 0, .. "{}      "u8]);

        Assert.Contains("does not say which network", Assert.Throws<WeightsException>(() => ModelScorer.Load(path)).Message, StringComparison.Ordinal);
    }

    private (TrainingOutcome, SyntheticCells) Train(OutputUnit unit, int epochs = 2)
    {
        var spec = Runs.LeNet() with
        {
            Optimizer = new OptimizerSpec { Kind = OptimizerKind.Adam, LearningRate = 0.003 },
            Training = new TrainingSpec { Epochs = epochs, BatchSize = 16 },
        };
        spec = spec with { Architecture = spec.Architecture with { Output = unit } };
        var data = new SyntheticCells(160, 32);
        return (new MalariaLab.Training.Trainer().Run(_runs.Request(spec, data), new Listener(), TestContext.Current.CancellationToken), data);
    }
}
