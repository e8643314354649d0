using MalariaLab.Training.Architectures;

namespace MalariaLab.Training.Weights.Mapping;

/// <summary>
/// Takes a first convolution from RGB to grey images and back, so that a run on cells can start one on X-rays. A grey pixel has three equal channels:
/// to grey the kernels add up, to RGB each channel takes a third.
/// </summary>
internal static class FirstKernel
{
    /// <summary>The same convolution over the other number of channels; null where the slot is no convolution of images.</summary>
    public static ParameterSlot? WithOtherChannels(ParameterSlot slot) => slot.Shape is [var output, 1 or 3, var height, var width]
        ? new ParameterSlot(slot.Name, slot.Layer, slot.Role, [output, slot.Shape[1] == 3 ? 1 : 3, height, width], slot.Trains, slot.Offset)
        : null;

    /// <summary>Values of <paramref name="source"/>, OIHW, brought to the channels of <paramref name="target"/>.</summary>
    public static float[] Convert(ParameterSlot source, ParameterSlot target, float[] values)
    {
        var (input, channels, places) = (source.Shape[1], target.Shape[1], source.Shape[2] * source.Shape[3]);
        var result = new float[target.Count];
        for (var o = 0L; o < target.Shape[0]; o++)
            for (var p = 0L; p < places; p++)
            {
                var sum = 0f;
                for (var i = 0L; i < input; i++)
                    sum += values[(o * input + i) * places + p];
                for (var c = 0L; c < channels; c++)
                    result[(o * channels + c) * places + p] = sum / channels;
            }
        return result;
    }
}
