using MalariaLab.Core.Experiments;
using MalariaLab.Imaging.Augmentation;
using MalariaLab.Torch;
using MalariaLab.Training.Data;
using MalariaLab.Training.Engine;
using MalariaLab.Training.Tests.Support;
using Xunit;

namespace MalariaLab.Training.Tests.Engine;

public sealed class DeviceInputsTests
{
    private const int Size = 24, Count = 12;

    public static TheoryData<string> Changes => [.. Specs.Keys];

    private static Dictionary<string, AugmentationSpec> Specs { get; } = new()
    {
        ["none"] = new(),
        ["affine"] = new() { RotationDegrees = 30, ShiftHeight = 0.1, ShiftWidth = 0.2, ShearDegrees = 10, Zoom = 0.3 },
        ["turns"] = new() { FlipHorizontal = true, FlipVertical = true, QuarterTurns = true },
        ["affine and turns"] = new() { RotationDegrees = 30, Zoom = 0.3, FlipHorizontal = true, QuarterTurns = true },
        ["brightness"] = new() { FlipVertical = true, Brightness = 0.4 },
        ["contrast"] = new() { Contrast = 0.5 },
        ["stain"] = new() { Saturation = 0.5, Hue = 0.2 },
        ["blur"] = new() { BlurSigma = 2 },
        ["cut-out"] = new() { CutOut = 0.4 },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Prepare_EveryChange_GivesWhatTheAugmenterGives(string name)
    {
        foreach (var channels in new[] { 3, 1 })
            foreach (var scaling in channels == 3 ? new[] { PixelScaling.Unit, PixelScaling.Caffe } : [PixelScaling.MinusOneToOne])
                AssertSame(
                    Specs[name],
                    new PreprocessingSpec { Scaling = scaling },
                    channels,
                    (inputs, images) => inputs.Prepare(images, inputs.Draw([.. Enumerable.Range(0, Count)], 3)),
                    i => ImageTransform.Draw(Specs[name], Size, Size, 5, 3, i));
    }

    [Fact]
    public void View_AllEight_AreTheAugmentersViews()
    {
        for (var view = 0; view < 8; view++)
            AssertSame(new(), new PreprocessingSpec { Scaling = PixelScaling.ImageNet }, 3, (inputs, images) => inputs.View(images, view), _ => ImageTransform.View(view));
    }

    [Fact]
    public void Mask_OfADevice_HasTheBitsOfTheProcessors()
    {
        using var scope = torch.NewDisposeScope();
        using var dropout = new DeviceDropout(42, 9, torch.CPU);
        int[] images = [0, 7, 27_557];
        foreach (var epoch in new[] { 1, 2 })
        {
            dropout.Begin(epoch);
            var actual = dropout.Mask(8, torch.tensor(Array.ConvertAll(images, i => (long)i)), 500, 0.3).ToArray<float>();

            var expected = new float[500];
            for (var i = 0; i < images.Length; i++)
            {
                DropoutMasks.Fill(42, epoch, 8, images[i], 0.3, expected);
                Assert.Equal(expected, actual[(i * 500)..((i + 1) * 500)]);
            }
        }
    }

    private static void AssertSame(
        AugmentationSpec spec, PreprocessingSpec preprocessing, int channels, Func<DeviceInputs, Tensor, Tensor> prepare, Func<int, ImageTransform> transform)
    {
        using var scope = torch.NewDisposeScope();
        var data = new SyntheticCells(Count, Size, channels);
        using var inputs = new DeviceInputs(spec, preprocessing, Size, channels, seed: 5, torch.CPU);
        var images = torch.tensor<byte>([.. Enumerable.Range(0, Count).SelectMany(i => data.Image(i).ToArray())], [Count, Size, Size, channels]);
        var actual = prepare(inputs, images).permute(0, 2, 3, 1).contiguous().ToArray<float>();

        var augmenter = new ImageAugmenter(Size, Size, channels);
        var scaler = new PixelScaler(preprocessing.Scaling, channels);
        var length = Size * Size * channels;
        var expected = new float[length];
        var unlike = 0;
        for (var i = 0; i < Count; i++)
        {
            augmenter.Apply(data.Image(i), transform(i), scaler, expected);
            for (var p = 0; p < length; p++)
            {
                // In grey levels: brightness floors, so that a hair makes a level; everything else agrees far better.
                var off = Math.Abs(expected[p] - actual[(i * length) + p]) / scaler.Factors[p % channels];
                Assert.InRange(off, 0, 1.01);
                unlike += off > 0.02 ? 1 : 0;
            }
        }
        Assert.InRange(unlike, 0, Count * length / 500);
    }
}
