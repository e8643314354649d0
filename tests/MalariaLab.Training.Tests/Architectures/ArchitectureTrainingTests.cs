using MalariaLab.Core.Datasets;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Experiments.Architectures;
using MalariaLab.Imaging;
using MalariaLab.Torch;
using MalariaLab.Training.Architectures;
using MalariaLab.Training.Scoring;
using MalariaLab.Training.Tests.Support;
using Xunit;

namespace MalariaLab.Training.Tests.Architectures;

public sealed class ArchitectureTrainingTests : IDisposable
{
    // The smallest that leaves 4 × 4 for its pool.
    private const int ResNetSize = 97;
    private readonly Runs _runs = new();

    public static TheoryData<string, int> Architectures => new(ArchitectureCatalogue.All.Select(a => (a.Key, a.Key switch
    {
        "resnet50v2" => ResNetSize,
        "squeezenet" => 64,
        _ => 32,
    })));

    public void Dispose() => _runs.Dispose();

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Run_EveryArchitecture_TrainsTwoStepsAndItsWeightsScoreTheSameAgainAndExplain(string key, int size)
    {
        var channels = ArchitectureCatalogue.Find(key)!.Channels;
        var spec = Runs.LeNet() with
        {
            Architecture = new ArchitectureSpec { Key = key, Size = size, Channels = channels, HeadUnits = key == "squeezenet" || key == "cellnet" ? [] : [8] },
            Optimizer = new OptimizerSpec { Kind = OptimizerKind.Sgd, LearningRate = 1e-3 },
            Training = new TrainingSpec { Epochs = 1, BatchSize = 8 },
        };
        var data = new SyntheticCells(30, size, channels, classes: 3);

        var outcome = new MalariaLab.Training.Trainer().Run(_runs.Request(spec, data), new Listener(), TestContext.Current.CancellationToken);

        using var scorer = ModelScorer.Load(outcome.WeightsFile, threads: 2);
        var test = outcome.Scores.Single(s => s.Part == SplitPart.Test);
        Assert.Equal(3 * test.Indices.Count, test.Probabilities.Length);
        Assert.Equal(test.Probabilities, scorer.Score(data, test.Indices, 1, TestContext.Current.CancellationToken));

        var pixels = new byte[size * size * channels];
        new Random(3).NextBytes(pixels);
        var maps = Enumerable.Range(0, 3).Select(label => scorer.Explain([new PixelImage(size, size, channels, pixels)], [label]).Single()).ToList();
        Assert.Equal([0, 1, 2], maps.Select(m => m.ClassIndex));
        Assert.All(maps, m => Assert.Equal((size, size, size * size), (m.Height, m.Width, m.Values.Length)));
        Assert.All(maps.SelectMany(m => m.Values), value => Assert.InRange(value, 0, 1));
        Assert.Contains(maps, m => m.Values.Max() > 0.999f);
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Layout_EveryFreezeChoice_HoldsTheGraphsParameterCounts(string key, int size)
    {
        var graph = ArchitectureCatalogue.Build(new ArchitectureSpec { Key = key, Size = size, Channels = 3 }, 2);
        WeightsSpec[] choices = [new(), new() { Freeze = FreezeMode.Backbone }, new() { Freeze = FreezeMode.Before, TrainableFrom = graph.Blocks[^1] }];
        foreach (var weights in choices)
        {
            var slots = new ParameterLayout(graph, weights).Slots;

            Assert.Equal(graph.Count(weights).Trainable, slots.Where(s => s.Trains).Sum(s => s.Count));
            Assert.Equal(graph.Count(weights).NonTrainable, slots.Where(s => !s.Trains).Sum(s => s.Count));
        }
    }

    [Fact]
    public void Run_FrozenBackbone_ChangesTheHeadAlone()
    {
        var spec = Runs.LeNet() with
        {
            Architecture = new ArchitectureSpec { Key = "resnet50v2", Size = ResNetSize, HeadUnits = [8] },
            Weights = new WeightsSpec { Freeze = FreezeMode.Before, TrainableFrom = "post" },
            Training = new TrainingSpec { Epochs = 1, BatchSize = 8 },
        };
        var data = new SyntheticCells(16, ResNetSize);
        using var start = new NetworkWeights(new ParameterLayout(ArchitectureCatalogue.Build(spec.Architecture, 2), spec.Weights), true, torch.CPU);
        start.Initialise(spec.Training.Seed);

        var outcome = new MalariaLab.Training.Trainer().Run(_runs.Request(spec, data), new Listener(), TestContext.Current.CancellationToken);

        using var scope = torch.NewDisposeScope();
        var saved = MalariaLab.Training.Serialization.Safetensors.Load(outcome.WeightsFile).Tensors;
        foreach (var slot in start.Layout.Slots)
        {
            var same = saved[slot.Name].equal(start.View(slot).contiguous());
            // The last block's normalisation trains and so moves its statistics too; that of frozen blocks must not move.
            Assert.True(same == slot.Layer.Block is not ("post" or "head"), $"{slot.Name} {(same ? "did not change" : "changed")}.");
        }
    }

    [Fact]
    public void Initialise_SameSeed_SameWeightsInGlorotsBounds()
    {
        var graph = ArchitectureCatalogue.Build(new ArchitectureSpec { Key = "lenet", Size = 32 }, 2);
        var slot = new ParameterLayout(graph, new WeightsSpec()).Slots.Single(s => s.Name == "dense1.weight");
        var limit = Math.Sqrt(6.0 / (slot.Shape[0] + slot.Shape[1]));

        var values = InitialWeights.Draw(slot, 42);

        Assert.Equal(values, InitialWeights.Draw(slot, 42));
        Assert.NotEqual(values, InitialWeights.Draw(slot, 43));
        Assert.All(values, v => Assert.InRange(v, -limit, limit));
        Assert.Equal(limit / Math.Sqrt(3), Math.Sqrt(values.Average(v => (double)v * v)), limit / 50);
    }
}
