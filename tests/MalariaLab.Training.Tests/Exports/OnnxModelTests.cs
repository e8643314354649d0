using MalariaLab.Core;
using MalariaLab.Core.Experiments;
using MalariaLab.Core.Experiments.Architectures;
using MalariaLab.Core.Exports;
using MalariaLab.Core.Serialization;
using MalariaLab.Imaging;
using MalariaLab.Imaging.Augmentation;
using MalariaLab.Torch;
using MalariaLab.Training.Architectures;
using MalariaLab.Training.Scoring;
using MalariaLab.Training.Serialization;
using MalariaLab.Training.Weights;
using Xunit;

namespace MalariaLab.Training.Tests.Exports;

/// <summary>Exported models against ONNX Runtime: another program must compute what the lab computes.</summary>
public sealed class OnnxModelTests : IDisposable
{
    private const int Images = 3;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("malarialab-onnx-");

    public void Dispose() => folder.Delete(recursive: true);

    /// <summary>Every network of the catalogue, the huge ones on small images; then each scaling, grey images, another head, many classes, both output units.</summary>
    public static TheoryData<ArchitectureSpec, PixelScaling, int> Cases
    {
        get
        {
            var cases = new TheoryData<ArchitectureSpec, PixelScaling, int>();
            foreach (var figure in ArchitectureCatalogue.All)
                cases.Add(figure.Defaults with { Size = figure.Size > 128 ? 64 : figure.Size }, figure.PretrainedScaling ?? PixelScaling.Unit, 2);
            foreach (var scaling in Enum.GetValues<PixelScaling>())
                foreach (var channels in (int[])[1, 3])
                    cases.Add(LeNet.Figure.Defaults with { Size = 33, Channels = channels, HeadUnits = [9, 5] }, scaling, 4);
            cases.Add(CellNet.Figure.Defaults with { Size = 40, Output = OutputUnit.Sigmoid }, PixelScaling.ImageNet, 2);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Model_InOnnxRuntime_GivesTheLabsProbabilities(ArchitectureSpec architecture, PixelScaling scaling, int classes)
    {
        OnnxRuntime.Require();
        var (weights, graph) = SaveWeights(architecture, scaling, classes);
        var images = NewImages(architecture);
        using var scorer = ModelScorer.Load(weights, threads: 2);
        var expected = scorer.Score(images);

        var file = await Export(weights, graph, scaling);
        var (actual, signature) = await OnnxRuntime.RunAsync(file, Planes(images), Images, architecture.Channels, architecture.Size, architecture.Size);

        Assert.Equal("image", (string?)Assert.Single(signature["inputs"]!.AsArray()));
        Assert.Equal("probabilities", (string?)Assert.Single(signature["outputs"]!.AsArray()));
        Assert.Equal([Images, classes], signature["shape"]!.AsArray().Select(side => (int)side!));
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-4f);
        // Equal answers to different images would prove nothing.
        Assert.True(Math.Abs(expected[0] - expected[^classes]) > 1e-3 && expected.Max() < 0.999, $"The images are not told apart: {string.Join(' ', expected)}");
    }

    [Fact]
    public async Task Model_Written_HasTheLengthThatItSaid()
    {
        var (weights, graph) = SaveWeights(LeNet.Figure.Defaults with { Size = 32 }, PixelScaling.Caffe, 2);
        var file = await Export(weights, graph, PixelScaling.Caffe);
        Assert.Equal(Model(weights, graph, PixelScaling.Caffe).Length, new FileInfo(file).Length);
    }

    [Fact]
    public void Create_WeightsOfAnotherNetwork_SaysWhichTensorIsMissingOrWrong()
    {
        var (weights, _) = SaveWeights(LeNet.Figure.Defaults with { Size = 32 }, PixelScaling.Unit, 2);
        var other = ArchitectureCatalogue.Build(CellNet.Figure.Defaults, 2);
        Assert.Contains("lack the tensor stage1_1_conv.weight", Assert.Throws<ExplainedException>(() => Model(weights, other, PixelScaling.Unit)).Message);
        var larger = ArchitectureCatalogue.Build(LeNet.Figure.Defaults with { Size = 64 }, 2);
        Assert.Contains("layer dense1", Assert.Throws<ExplainedException>(() => Model(weights, larger, PixelScaling.Unit)).Message);
    }

    private (string File, NetworkGraph Graph) SaveWeights(ArchitectureSpec architecture, PixelScaling scaling, int classes)
    {
        var graph = ArchitectureCatalogue.Build(architecture, classes);
        using var weights = new NetworkWeights(new ParameterLayout(graph, new()), channelsLast: false, torch.CPU);
        var random = new Random(7);
        foreach (var slot in weights.Layout.Slots)
        {
            // Biases and statistics as they are after a training: not all 0 and 1, where a mistake would not show.
            var values = InitialWeights.Draw(slot, seed: 5);
            if (slot.Role != ParameterRole.Weight)
                for (var i = 0; i < values.Length; i++) values[i] += 0.2f * (random.NextSingle() - 0.5f);
            // Caffe's inputs reach ±128; without this a flat network's softmax would answer 0 and 1 whatever else is wrong.
            else if (scaling == PixelScaling.Caffe && architecture.Key == LeNet.Figure.Key && slot.Layer.Inputs[0] == graph.Layers[0].Name)
                for (var i = 0; i < values.Length; i++) values[i] /= 128;
            weights.Set(slot, values);
        }
        var spec = new ExperimentSpec
        {
            Recipe = architecture.Key,
            Data = new() { DatasetVersionId = 1, SplitId = 1, DatasetHash = "", SplitHash = "" },
            Architecture = architecture,
            Optimizer = new() { Kind = OptimizerKind.Sgd, LearningRate = 0.1 },
            Preprocessing = new() { Scaling = scaling },
        };
        var path = Path.Combine(folder.FullName, "weights.safetensors");
        using var scope = torch.NewDisposeScope();
        Safetensors.Save(path, weights.Named(), WeightsFile.Describe(spec, [.. Enumerable.Range(0, classes).Select(k => $"class {k}")], "test"));
        return (path, graph);
    }

    private static OnnxModel Model(string weights, NetworkGraph graph, PixelScaling scaling)
    {
        var scaler = new PixelScaler(scaling, graph.Image.Channels);
        var input = new OnnxScaling(scaler.Factors, scaler.Offsets, scaler.BlueFirst);
        return OnnxModel.Create(graph, input, SafetensorsHeader.Read(weights), new Dictionary<string, string> { ["classes"] = "[]" });
    }

    private async Task<string> Export(string weights, NetworkGraph graph, PixelScaling scaling)
    {
        var path = Path.Combine(folder.FullName, "model.onnx");
        await using var source = File.OpenRead(weights);
        await using var target = File.Create(path);
        await Model(weights, graph, scaling).WriteAsync(source, target, TestContext.Current.CancellationToken);
        return path;
    }

    // Noise, from dark to bright.
    private static PixelImage[] NewImages(ArchitectureSpec architecture)
    {
        var random = new Random(3);
        return [.. Enumerable.Range(0, Images).Select(i => new PixelImage(architecture.Size, architecture.Size, architecture.Channels,
            [.. Enumerable.Range(0, architecture.Size * architecture.Size * architecture.Channels).Select(_ => (byte)((i * 85) + random.Next(86)))]))];
    }

    private static float[] Planes(PixelImage[] images) =>
    [
        .. from image in images
           from channel in Enumerable.Range(0, image.Channels)
           from pixel in Enumerable.Range(0, image.Width * image.Height)
           select (float)image.Pixels[(pixel * image.Channels) + channel],
    ];
}
