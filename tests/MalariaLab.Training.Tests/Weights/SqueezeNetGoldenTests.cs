using System.Runtime.InteropServices;
using MalariaLab.Core.Experiments.Architectures;
using MalariaLab.Testing;
using MalariaLab.Torch;
using MalariaLab.Training.Architectures;
using MalariaLab.Training.Weights;
using MalariaLab.Training.Weights.Formats;
using Xunit;

namespace MalariaLab.Training.Tests.Weights;

/// <summary>Real ImageNet weights through every step, against features that were computed in float64 elsewhere.</summary>
public sealed class SqueezeNetGoldenTests
{
    private const string Hdf5 = "weights/squeezenet_weights_tf_dim_ordering_tf_kernels_notop.h5", Safetensors = "weights/squeezenet_v1.1_notop_keras_hwio.safetensors";
    private const int Size = 128;

    [Theory]
    [InlineData(Hdf5)]
    [InlineData(Safetensors)]
    public void Load_RealWeights_ReproduceTheReferenceFeatures(string file)
    {
        var expected = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(SharedFiles.Golden("squeezenet/features.f32"))).ToArray();
        var pixels = File.ReadAllBytes(SharedFiles.Golden("squeezenet/input.u8"));
        var lines = new List<string>();
        using var weights = new NetworkWeights(new ParameterLayout(ArchitectureCatalogue.Build(new() { Key = "squeezenet", Size = Size }, 2), new()), true, torch.CPU);
        weights.Initialise(seed: 1);

        StartWeights.Load(SharedFiles.Data(file), "squeezenet", weights, ["a", "b"], lines.Add);

        using var scope = torch.NewDisposeScope();
        using var network = new Network(weights);
        var features = network.Features(torch.tensor(Caffe(pixels), new long[] { 1, Size, Size, 3 }).permute(0, 3, 1, 2)).permute(0, 2, 3, 1).contiguous();
        var actual = new float[expected.Length];
        features.CopyTo<float>(actual);
        Assert.All(expected.Zip(actual), pair => Assert.InRange(Math.Abs(pair.Second - pair.First), 0, 1e-3 + 1e-4 * Math.Abs(pair.First)));
        Assert.StartsWith("Loaded 50 of 50 backbone tensors from squeezenet", Assert.Single(lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_RealFiles_FindsSqueezeNetInBoth()
    {
        foreach (var file in new[] { Hdf5, Safetensors })
        {
            var found = WeightsInspection.Of(SharedFiles.Data(file), file);

            Assert.Equal(("squeezenet", 50, 722_496), (found.Architecture, found.Tensors.Count, found.Tensors.Sum(t => t.Count)));
        }
    }

    [Fact]
    public void Open_Hdf5AndSafetensors_HoldTheSameBits()
    {
        using var first = WeightsArchive.Open(SharedFiles.Data(Hdf5), Hdf5);
        using var second = WeightsArchive.Open(SharedFiles.Data(Safetensors), Safetensors);

        foreach (var tensor in first.Tensors)
            Assert.Equal(second.Read(tensor.Name.Replace('/', '.')), first.Read(tensor));
    }

    [Fact]
    public void Open_CutOffHdf5_IsRefusedWithASentence()
    {
        var cut = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(cut, File.ReadAllBytes(SharedFiles.Data(Hdf5))[..100_000]);

            var refusal = Assert.Throws<WeightsException>(() => WeightsArchive.Open(cut, "cut.h5"));

            Assert.Contains("damaged or cut off", refusal.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(cut);
        }
    }

    private static float[] Caffe(byte[] rgb)
    {
        float[] means = [103.939f, 116.779f, 123.68f];
        var values = new float[rgb.Length];
        for (var i = 0; i < rgb.Length; i++)
            values[i] = rgb[i - i % 3 + 2 - i % 3] - means[i % 3];
        return values;
    }
}
