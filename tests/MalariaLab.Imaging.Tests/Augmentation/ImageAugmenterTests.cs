using System.Runtime.InteropServices;
using System.Text.Json;
using MalariaLab.Core.Experiments;
using MalariaLab.Imaging.Augmentation;
using MalariaLab.Testing;
using Xunit;

namespace MalariaLab.Imaging.Tests.Augmentation;

public sealed class ImageAugmenterTests
{
    private static readonly PixelScaler Unit = new(PixelScaling.Unit, 3);

    [Fact]
    public void Apply_GoldenCases_MatchKeras()
    {
        using var golden = JsonDocument.Parse(File.ReadAllText(SharedFiles.Golden("augment/augment.json")));
        var input = File.ReadAllBytes(SharedFiles.Golden("augment/input.u8"));
        var shape = golden.RootElement.GetProperty("input").GetProperty("shape");
        var augmenter = new ImageAugmenter(shape[0].GetInt32(), shape[1].GetInt32(), shape[2].GetInt32());
        var output = new float[input.Length];
        foreach (var sample in golden.RootElement.GetProperty("cases").EnumerateArray())
        {
            var name = sample.GetProperty("name").GetString();
            var expected = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(SharedFiles.Golden($"augment/{sample.GetProperty("file").GetString()}")));
            var transform = Read(sample.GetProperty("parameters"));

            augmenter.Apply(input, transform, Unit, output);

            var differences = new float[output.Length];
            for (var i = 0; i < output.Length; i++)
                differences[i] = Math.Abs(output[i] - expected[i]);
            if (sample.GetProperty("exact").GetBoolean())
                Assert.True(differences.Max() <= 1.2e-7, $"{name}: off by {differences.Max()}.");
            else if (transform.Brightness is null)
                Assert.True(differences.Max() <= 1e-3, $"{name}: off by {differences.Max()}.");
            else
            {
                Assert.True(differences.Max() <= 2.0 / 255 + 1e-6, $"{name}: off by {differences.Max()}.");
                Assert.True(differences.Count(d => d > 1e-3) <= 0.02 * output.Length, $"{name}: too many values off.");
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Render_QuarterTurns_TurnCounterClockwise(int turns)
    {
        byte[] image = [1, 2, 3, 4];
        byte[][] expected = [[1, 2, 3, 4], [2, 4, 1, 3], [4, 3, 2, 1], [3, 1, 4, 2]];
        var output = new byte[4];

        new ImageAugmenter(2, 2, 1).Render(image, new ImageTransform { QuarterTurns = turns }, output);

        Assert.Equal(expected[turns], output);
    }

    [Fact]
    public void Apply_FlipsAfterAffine_EqualFlippedAffineResult()
    {
        var image = Noise(17, 17, 3);
        var augmenter = new ImageAugmenter(17, 17, 3);
        var affine = new ImageTransform { RotationDegrees = 13, ShiftRows = 1.5, ZoomColumns = 1.1 };
        var plain = new float[image.Length];
        var flipped = new float[image.Length];

        augmenter.Apply(image, affine, Unit, plain);
        augmenter.Apply(image, affine with { FlipVertical = true }, Unit, flipped);

        for (var r = 0; r < 17; r++)
            for (var i = 0; i < 17 * 3; i++)
                Assert.Equal(plain[(16 - r) * 51 + i], flipped[r * 51 + i], 1e-4f);
    }

    [Fact]
    public void View_AllEight_AreDifferentSymmetriesOfTheSquare()
    {
        var image = Noise(9, 9, 3);
        var augmenter = new ImageAugmenter(9, 9, 3);
        var views = new HashSet<string>();
        for (var view = 0; view < 8; view++)
        {
            var output = new byte[image.Length];
            augmenter.Render(image, ImageTransform.View(view), output);
            Assert.Equal(image.Order(), output.Order());
            views.Add(Convert.ToHexString(output));
        }

        Assert.Equal(8, views.Count);
        Assert.Equal(ImageTransform.Identity, ImageTransform.View(0));
    }

    [Theory]
    [InlineData(PixelScaling.Unit, 10 / 255f, 20 / 255f, 30 / 255f)]
    [InlineData(PixelScaling.MinusOneToOne, 10 / 127.5f - 1, 20 / 127.5f - 1, 30 / 127.5f - 1)]
    [InlineData(PixelScaling.Caffe, 30 - 103.939f, 20 - 116.779f, 10 - 123.68f)]
    [InlineData(PixelScaling.ImageNet, (10 / 255f - 0.485f) / 0.229f, (20 / 255f - 0.456f) / 0.224f, (30 / 255f - 0.406f) / 0.225f)]
    public void Apply_Scalings_MeanWhatTheirLibrariesMean(PixelScaling scaling, float first, float second, float third)
    {
        var augmenter = new ImageAugmenter(1, 1, 3);
        var scaler = new PixelScaler(scaling, 3);
        var plain = new float[3];
        var flipped = new float[3];

        augmenter.Apply([10, 20, 30], ImageTransform.Identity, scaler, plain);
        augmenter.Apply([10, 20, 30], new ImageTransform { FlipHorizontal = true }, scaler, flipped);

        Assert.Equal(first, plain[0], 1e-5f);
        Assert.Equal(second, plain[1], 1e-5f);
        Assert.Equal(third, plain[2], 1e-5f);
        Assert.Equal(plain, flipped);
    }

    [Fact]
    public void Apply_ColourOperations_ChangeWhatTheyName()
    {
        var augmenter = new ImageAugmenter(8, 9, 3);
        byte[] image = [.. Enumerable.Repeat<byte[]>([200, 100, 50], 72).SelectMany(p => p)];
        float[] Run(ImageTransform transform)
        {
            var output = new float[image.Length];
            augmenter.Apply(image, transform, new PixelScaler(PixelScaling.Unit, 3), output);
            return [output[0] * 255, output[1] * 255, output[2] * 255];
        }
        const float Grey = 0.299f * 200 + 0.587f * 100 + 0.114f * 50;

        Assert.All(Run(new ImageTransform { Saturation = 0 }), v => Assert.Equal(Grey, v, 0.2f));
        Assert.Equal(Grey + 0.5f * (200 - Grey), Run(new ImageTransform { Contrast = 0.5 })[0], 0.01f);
        var turned = Run(new ImageTransform { Hue = 1 / 3.0 });
        Assert.True(turned[0] < 150 && Math.Max(turned[1], turned[2]) > 120, "A third of the circle moves red elsewhere.");
        Assert.Equal([200f, 100f, 50f], Run(new ImageTransform { BlurSigma = 1.5 }).Select(v => MathF.Round(v, 2)));
        Assert.Equal([127.5f, 127.5f, 127.5f], Run(new ImageTransform { CutOutSide = 4 }).Select(v => MathF.Round(v, 2)));
    }

    [Fact]
    public void Draw_SameKey_SameTransformAndOnlySwitchedOnParts()
    {
        var spec = new AugmentationSpec { RotationDegrees = 20, FlipHorizontal = true };
        var drawn = Enumerable.Range(0, 2000).Select(i => ImageTransform.Draw(spec, 128, 128, 42, 3, i)).ToArray();

        Assert.Equal(drawn[17], ImageTransform.Draw(spec, 128, 128, 42, 3, 17));
        Assert.NotEqual(drawn[17], ImageTransform.Draw(spec, 128, 128, 42, 4, 17));
        Assert.All(drawn, t => Assert.InRange(t.RotationDegrees, -20, 20));
        Assert.All(drawn, t => Assert.Equal(t with { RotationDegrees = 0, FlipHorizontal = false }, ImageTransform.Identity));
        Assert.InRange(drawn.Count(t => t.FlipHorizontal), 900, 1100);
        Assert.InRange(drawn.Average(t => t.RotationDegrees), -1, 1);
        Assert.Equal(drawn[17].RotationDegrees, ImageTransform.Draw(spec with { Zoom = 0.2, QuarterTurns = true }, 128, 128, 42, 3, 17).RotationDegrees);
    }

    private static byte[] Noise(int height, int width, int channels)
    {
        var image = new byte[height * width * channels];
        new Random(1).NextBytes(image);
        return image;
    }

    private static ImageTransform Read(JsonElement p) => new()
    {
        RotationDegrees = p.GetProperty("theta").GetDouble(),
        ShearDegrees = p.GetProperty("shear").GetDouble(),
        ShiftRows = p.GetProperty("tx").GetDouble(),
        ShiftColumns = p.GetProperty("ty").GetDouble(),
        ZoomRows = p.GetProperty("zx").GetDouble(),
        ZoomColumns = p.GetProperty("zy").GetDouble(),
        FlipHorizontal = p.GetProperty("flip_horizontal").GetBoolean(),
        Brightness = p.GetProperty("brightness") is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : null,
    };
}
