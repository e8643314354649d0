using MalariaLab.Core.Experiments;

namespace MalariaLab.Imaging.Augmentation;

/// <summary>
/// From 0…255 to network input: <c>output[o] = input[Source(o)] · Factor[o] + Offset[o]</c>. Grey images take the mean of the three constants.
/// </summary>
public sealed class PixelScaler
{
    private static readonly float[] CaffeBgrMeans = [103.939f, 116.779f, 123.68f];
    private static readonly float[] ImageNetMeans = [0.485f, 0.456f, 0.406f];
    private static readonly float[] ImageNetDeviations = [0.229f, 0.224f, 0.225f];

    /// <summary>The scaling of a spec for 1 or 3 channels.</summary>
    public PixelScaler(PixelScaling scaling, int channels)
    {
        Factors = new float[channels];
        Offsets = new float[channels];
        BlueFirst = scaling is PixelScaling.Caffe && channels == 3;
        for (var k = 0; k < channels; k++)
            (Factors[k], Offsets[k]) = scaling switch
            {
                PixelScaling.Unit => (1f / 255f, 0f),
                PixelScaling.MinusOneToOne => (1f / 127.5f, -1f),
                PixelScaling.Caffe => (1f, -Constant(CaffeBgrMeans, k)),
                PixelScaling.ImageNet => (1f / (255f * Constant(ImageNetDeviations, k)), -Constant(ImageNetMeans, k) / Constant(ImageNetDeviations, k)),
                _ => throw new ArgumentOutOfRangeException(nameof(scaling), scaling, "Unknown pixel scaling."),
            };

        float Constant(float[] values, int k) => channels == 3 ? values[k] : values.Average();
    }

    /// <summary>Factor of each output channel.</summary>
    public float[] Factors { get; }

    /// <summary>Offset of each output channel.</summary>
    public float[] Offsets { get; }

    /// <summary>True when output channel 0 is blue.</summary>
    public bool BlueFirst { get; }

    /// <summary>Input channel of an output channel.</summary>
    public int Source(int output) => BlueFirst ? 2 - output : output;
}
