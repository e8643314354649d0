using MalariaLab.Core.Datasets;
using MalariaLab.Core.Experiments;
using MalariaLab.Training.Tests.Support;
using Xunit;

namespace MalariaLab.Training.Tests.Trainer;

public sealed class FeatureCacheTests : IDisposable
{
    private readonly Runs _runs = new();
    private int _reads;

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void Run_FrozenBackbone_ReadsEveryImageOnceAndLearnsAsWithoutCache()
    {
        var spec = Frozen();

        var cached = Run(spec, "cached", out var log);
        var readsWithCache = Interlocked.Exchange(ref _reads, 0);
        // A change that is too small to matter keeps the images out of the cache.
        var plain = Run(spec with { Augmentation = new AugmentationSpec { RotationDegrees = 1e-9 } }, "plain", out _);

        Assert.Equal(100, readsWithCache);
        Assert.Contains(log, line => line.Contains("were computed once", StringComparison.Ordinal));
        Assert.Equal(plain.Epochs.Select(e => Math.Round(e.TrainLoss, 4)), cached.Epochs.Select(e => Math.Round(e.TrainLoss, 4)));
        var (expected, actual) = (plain.Scores.Single(s => s.Part == SplitPart.Test), cached.Scores.Single(s => s.Part == SplitPart.Test));
        Assert.All(expected.Probabilities.Zip(actual.Probabilities), pair => Assert.Equal(pair.First, pair.Second, 1e-3f));
    }

    [Fact]
    public void Run_SecondRunOnSameFrozenWeights_TakesTheFeaturesFromTheCache()
    {
        var first = Run(Frozen(), "first", out _);
        _reads = 0;

        var second = Run(Frozen(), "second", out var log);

        Assert.Equal(0, _reads);
        Assert.Contains(log, line => line.Contains("come from the cache", StringComparison.Ordinal));
        Assert.Equal(first.WeightsSha256, second.WeightsSha256);
    }

    [Fact]
    public void Run_OnOtherWeightsImagesOrScaling_ComputesItsOwnFeatures()
    {
        var spec = Frozen();
        Run(spec, "first", out _);
        ExperimentSpec[] others =
        [
            spec with { Training = spec.Training with { Seed = spec.Training.Seed + 1 } },
            spec with { Data = spec.Data with { DatasetHash = new string('9', 64) } },
            spec with { Preprocessing = spec.Preprocessing with { Scaling = PixelScaling.MinusOneToOne } },
        ];
        foreach (var (i, other) in others.Index())
        {
            Run(other, $"other {i}", out var log);
            Assert.Contains(log, line => line.Contains("were computed once", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Run_HalfACacheOfAKilledProcess_IsDeletedAndThatOfALivingOneIsNot()
    {
        var folder = Directory.CreateDirectory(_runs.Folder("features")).FullName;
        var (dead, living) = (Path.Combine(folder, "a.features.1.tmp"), Path.Combine(folder, "b.features.2.tmp"));
        File.WriteAllText(dead, "half");
        File.WriteAllText(living, "half");
        File.SetLastWriteTimeUtc(dead, DateTime.UtcNow.AddDays(-1));

        Run(Frozen(), "run", out _);

        Assert.False(File.Exists(dead));
        Assert.True(File.Exists(living));
    }

    [Fact]
    public void Run_DamagedCache_IsComputedAnew()
    {
        var first = Run(Frozen(), "first", out _);
        var file = Directory.GetFiles(_runs.Folder("features")).Single();
        var bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(file, bytes);

        var second = Run(Frozen(), "second", out var log);

        Assert.Contains(log, line => line.Contains("were computed once", StringComparison.Ordinal));
        Assert.Equal(first.WeightsSha256, second.WeightsSha256);
    }

    [Fact]
    public void Run_FolderFull_DropsTheLongestUnusedAndKeepsNothingThatIsTooLarge()
    {
        Run(Frozen(), "first", out _);
        var bytes = new FileInfo(Directory.GetFiles(_runs.Folder("features")).Single()).Length;
        var otherWeights = Frozen() with { Training = Frozen().Training with { Seed = 7 } };

        Run(otherWeights, "second", out _, bytes + 1);
        Assert.Single(Directory.GetFiles(_runs.Folder("features")));
        Run(otherWeights, "third", out var log, bytes + 1);
        Assert.Contains(log, line => line.Contains("come from the cache", StringComparison.Ordinal));
        Run(otherWeights, "fourth", out log, bytes - 1);
        Assert.Contains(log, line => line.Contains("every epoch computes them anew", StringComparison.Ordinal));
    }

    private static ExperimentSpec Frozen() => Runs.LeNet() with { Weights = new WeightsSpec { Freeze = FreezeMode.Backbone } };

    private TrainingOutcome Run(ExperimentSpec spec, string folder, out List<string> log, long cacheBytes = long.MaxValue)
    {
        var listener = new Listener();
        log = listener.Log;
        var data = new SyntheticCells(100, 32) { OnRead = _ => Interlocked.Increment(ref _reads) };
        var request = _runs.Request(spec, data, folder) with { FeatureCacheFolder = _runs.Folder("features"), FeatureCacheBytes = cacheBytes };
        return new MalariaLab.Training.Trainer().Run(request, listener, TestContext.Current.CancellationToken);
    }
}
