namespace MalariaLab.Core.Experiments;

/// <summary>From decoded image to network input.</summary>
public sealed record PreprocessingSpec
{
    /// <summary>Resize method.</summary>
    public Interpolation Interpolation { get; init; } = Interpolation.Bilinear;

    /// <summary>Value scaling.</summary>
    public PixelScaling Scaling { get; init; } = PixelScaling.Unit;
}

/// <summary>Resize methods, with Pillow's meaning of the names.</summary>
public enum Interpolation { Nearest, Bilinear, Bicubic, Lanczos }

/// <summary>
/// Value scalings: <c>Unit</c> x/255; <c>Caffe</c> BGR minus (103.939, 116.779, 123.68); <c>MinusOneToOne</c> x/127.5 − 1;
/// <c>ImageNet</c> (x/255 − mean)/std with torchvision's constants.
/// </summary>
public enum PixelScaling { Unit, Caffe, MinusOneToOne, ImageNet }
