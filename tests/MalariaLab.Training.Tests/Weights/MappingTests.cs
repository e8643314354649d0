using MalariaLab.Core.Experiments;
using MalariaLab.Core.Experiments.Architectures;
using MalariaLab.Torch;
using MalariaLab.Training.Architectures;
using MalariaLab.Training.Weights;
using MalariaLab.Training.Weights.Formats;
using Xunit;

namespace MalariaLab.Training.Tests.Weights;

public sealed class MappingTests
{
    private static readonly int[] VggFilters = [64, 64, 128, 128, 256, 256, 256, 256, 512, 512, 512, 512, 512, 512, 512, 512];
    private static readonly int[] VggModules = [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34];

    [Fact]
    public void Of_TorchvisionVgg19_IsFoundAndEveryKernelStaysInPlace()
    {
        using var archive = new ComputedArchive([.. TorchvisionVgg()]);

        Assert.Equal("vgg19", WeightsInspection.Of(archive, "vgg19.pth").Architecture);
        using var weights = Load(archive, new() { Key = "vgg19", Size = 64 }, out var log);

        Assert.Contains("Loaded 32 of 32 backbone tensors", log, StringComparison.Ordinal);
        Assert.Equal(ComputedArchive.Value(6, 777), Flat(weights, "block2_conv2.weight")[777]);
        Assert.Equal(ComputedArchive.Value(31, 511), Flat(weights, "block5_conv4.bias")[511]);
    }

    [Fact]
    public void Of_KerasVgg19_IsFoundAndKernelsAreTurned()
    {
        using var archive = new ComputedArchive([.. KerasVgg()]);

        Assert.Equal("vgg19", WeightsInspection.Of(archive, "vgg19.h5").Architecture);
        using var weights = Load(archive, new() { Key = "vgg19", Size = 64 }, out _);

        AssertTurned(archive, "block3_conv2/block3_conv2_W_1", weights, "block3_conv2.weight");
    }

    [Fact]
    public void Of_KerasResNet50V2_IsFoundWithItsRunningStatistics()
    {
        var graph = ArchitectureCatalogue.Build(new() { Key = "resnet50v2", Size = 128 }, 2);
        using var archive = new ComputedArchive([.. KerasResNet(graph)]);

        var found = WeightsInspection.Of(archive, "resnet50v2.h5");
        using var weights = Load(archive, new() { Key = "resnet50v2", Size = 128 }, out var log);

        Assert.Equal("resnet50v2", found.Architecture);
        Assert.Equal(23_564_800, found.Tensors.Sum(t => t.Count));
        Assert.Contains($"Loaded {found.Tensors.Count} of {found.Tensors.Count} backbone tensors", log, StringComparison.Ordinal);
        AssertTurned(archive, "conv4_block6_2_conv/conv4_block6_2_conv/kernel", weights, "conv4_block6_2_conv.weight");
        foreach (var (keras, ours) in new[] { ("gamma", "weight"), ("beta", "bias"), ("moving_mean", "running_mean"), ("moving_variance", "running_var") })
            Assert.Equal(archive.Read($"post_bn/post_bn/{keras}"), Flat(weights, $"post_bn.{ours}"));
    }

    [Fact]
    public void Of_TorchvisionSqueezeNet_IsFound()
    {
        using var archive = new ComputedArchive([.. TorchvisionSqueezeNet()]);

        Assert.Equal("squeezenet", WeightsInspection.Of(archive, "squeezenet1_1.pth").Architecture);
        using var weights = Load(archive, new() { Key = "squeezenet", Size = 64 }, out var log);

        Assert.Contains("Loaded 50 of 50 backbone tensors", log, StringComparison.Ordinal);
        Assert.Contains("head starts random", log, StringComparison.Ordinal);
        Assert.Equal(archive.Read("features.12.expand3x3.weight"), Flat(weights, "fire9/expand3x3.weight"));
    }

    [Fact]
    public void Of_FileWithOneTensorOfAnotherShape_NamesItAndBothShapes()
    {
        using var archive = new ComputedArchive([.. TorchvisionVgg().Select(t => t.Name == "features.19.weight" ? (t.Name, [512L, 128, 3, 3]) : t)]);

        var refusal = Assert.Throws<WeightsException>(() => WeightsInspection.Of(archive, "vgg.pth"));

        Assert.Equal("vgg.pth comes closest to vgg19 (31 of 32 tensors, names of torchvision), but its features.19.weight has shape [512, 128, 3, 3] "
            + "where the network needs [512, 256, 3, 3].", refusal.Message);
    }

    [Fact]
    public void Load_FileOfAnotherNetwork_NamesTheFirstMissingTensor()
    {
        using var archive = new ComputedArchive([.. TorchvisionSqueezeNet()]);

        var refusal = Assert.Throws<WeightsException>(() => Load(archive, new() { Key = "vgg19", Size = 64 }, out _));

        Assert.Equal("The weights of the file don't fit vgg19 (2 of 32 tensors do): it lacks features.2.weight [64, 64, 3, 3].", refusal.Message);
    }

    [Fact]
    public void Of_FileWithoutTensors_SaysWhatToSave()
    {
        using var archive = new ComputedArchive();

        var refused = Assert.Throws<WeightsException>(() => WeightsInspection.Of(archive, "empty.safetensors"));

        Assert.Contains("empty.safetensors holds no tensors: save", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_FileWithoutKnownNames_SaysSo()
    {
        using var archive = new ComputedArchive(("transformer.wte", [50257, 768]));

        var refusal = Assert.Throws<WeightsException>(() => WeightsInspection.Of(archive, "gpt.pth"));

        Assert.Contains("fits none of the lab's networks", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("transformer.wte [50257, 768]", refusal.Message, StringComparison.Ordinal);
    }

    internal static IEnumerable<(string Name, long[] Shape)> TorchvisionSqueezeNet()
    {
        var graph = ArchitectureCatalogue.Build(new() { Key = "squeezenet", Size = 128 }, 2);
        var modules = new Dictionary<string, string>
        {
            ["conv1"] = "features.0",
            ["fire2"] = "features.3",
            ["fire3"] = "features.4",
            ["fire4"] = "features.6",
            ["fire5"] = "features.7",
            ["fire6"] = "features.9",
            ["fire7"] = "features.10",
            ["fire8"] = "features.11",
            ["fire9"] = "features.12",
        };
        foreach (var slot in new ParameterLayout(graph, new()).Slots.Where(s => !s.Layer.IsHead))
        {
            var name = modules.Aggregate(slot.Name, (text, pair) => text.Replace(pair.Key, pair.Value, StringComparison.Ordinal));
            yield return (name.Replace("squeeze1x1", "squeeze", StringComparison.Ordinal).Replace('/', '.'), slot.Shape);
        }
        yield return ("classifier.1.weight", [1000, 512, 1, 1]);
        yield return ("classifier.1.bias", [1000]);
    }

    private static IEnumerable<(string Name, long[] Shape)> TorchvisionVgg() => VggModules.Zip(VggFilters, Inputs(VggFilters))
        .SelectMany(l => new (string, long[])[] { ($"features.{l.First}.weight", [l.Second, l.Third, 3, 3]), ($"features.{l.First}.bias", [l.Second]) });

    private static IEnumerable<(string Name, long[] Shape)> KerasVgg()
    {
        string[] layers = [.. new[] { 2, 2, 4, 4, 4 }.SelectMany((count, block) => Enumerable.Range(1, count).Select(i => $"block{block + 1}_conv{i}"))];
        return layers.Zip(VggFilters, Inputs(VggFilters))
            .SelectMany(l => new (string, long[])[] { ($"{l.First}/{l.First}_W_1", [3, 3, l.Third, l.Second]), ($"{l.First}/{l.First}_b_1", [l.Second]) });
    }

    private static IEnumerable<(string Name, long[] Shape)> KerasResNet(NetworkGraph graph)
    {
        foreach (var layer in graph.Layers.Where(l => !l.IsHead))
        {
            var inputs = layer.Inputs.Count > 0 ? graph[layer.Inputs[0]].Shape.Channels : 0;
            if (layer.Op is Conv2D conv)
                yield return ($"{layer.Name}/{layer.Name}/kernel", [conv.Kernel, conv.Kernel, inputs, conv.Filters]);
            if (layer.Op is Conv2D { Bias: true } biased)
                yield return ($"{layer.Name}/{layer.Name}/bias", [biased.Filters]);
            if (layer.Op is BatchNorm)
                foreach (var name in new[] { "gamma", "beta", "moving_mean", "moving_variance" })
                    yield return ($"{layer.Name}/{layer.Name}/{name}", [inputs]);
        }
    }

    private static IEnumerable<int> Inputs(int[] filters) => filters.SkipLast(1).Prepend(3);

    private static NetworkWeights Load(WeightsArchive archive, ArchitectureSpec spec, out string log)
    {
        var weights = new NetworkWeights(new ParameterLayout(ArchitectureCatalogue.Build(spec, 2), new()), channelsLast: true, torch.CPU);
        var lines = new List<string>();
        StartWeights.Load(archive, "the file", weights, ["a", "b"], lines.Add);
        log = string.Join('\n', lines);
        return weights;
    }

    private static float[] Flat(NetworkWeights weights, string name)
    {
        using var scope = torch.NewDisposeScope();
        var slot = weights.Layout.Slots.Single(s => s.Name == name);
        var values = new float[slot.Count];
        weights.View(slot).contiguous().CopyTo<float>(values);
        return values;
    }

    /// <summary>ours[o, i, h, w] = keras[h, w, i, o], at every element.</summary>
    private static void AssertTurned(ComputedArchive archive, string keras, NetworkWeights weights, string ours)
    {
        var tensor = archive.Tensors.Single(t => t.Name == keras);
        var (height, width, inputs, outputs) = (tensor.Shape[0], tensor.Shape[1], tensor.Shape[2], tensor.Shape[3]);
        var (source, target) = (archive.Read(keras), Flat(weights, ours));
        for (var o = 0L; o < outputs; o++)
            for (var i = 0L; i < inputs; i++)
                for (var h = 0L; h < height; h++)
                    for (var w = 0L; w < width; w++)
                        if (target[((o * inputs + i) * height + h) * width + w] != source[((h * width + w) * inputs + i) * outputs + o])
                            Assert.Fail($"{ours}[{o}, {i}, {h}, {w}] is not {keras}[{h}, {w}, {i}, {o}].");
    }
}
