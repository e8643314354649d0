using System.Text.Json.Serialization;

namespace MalariaLab.Core.Experiments;

/// <summary>
/// Random changes of a training image. Every draw comes from (seed, epoch, image) alone. Zero and false mean off.
/// Affine parts follow Keras' ImageDataGenerator: R·T·S·Z about the centre, bilinear, edges replicated.
/// </summary>
public sealed record AugmentationSpec
{
    /// <summary>Rotation drawn from ± this many degrees.</summary>
    public double RotationDegrees { get; init; }

    /// <summary>Vertical shift drawn from ± this fraction of the height.</summary>
    public double ShiftHeight { get; init; }

    /// <summary>Horizontal shift drawn from ± this fraction of the width.</summary>
    public double ShiftWidth { get; init; }

    /// <summary>Shear drawn from ± this many degrees (0.2 is nearly nothing, as in the published recipes).</summary>
    public double ShearDegrees { get; init; }

    /// <summary>Zoom z: both factors are drawn from 1 − z to 1 + z, each on its own.</summary>
    public double Zoom { get; init; }

    /// <summary>Mirror left and right with probability ½.</summary>
    public bool FlipHorizontal { get; init; }

    /// <summary>Mirror top and bottom with probability ½.</summary>
    public bool FlipVertical { get; init; }

    /// <summary>Turn by 0, 90, 180 or 270 degrees, each with probability ¼.</summary>
    public bool QuarterTurns { get; init; }

    /// <summary>Brightness factor drawn from 1 − b to 1 + b.</summary>
    public double Brightness { get; init; }

    /// <summary>Contrast factor about the image's mean, drawn from 1 − c to 1 + c.</summary>
    public double Contrast { get; init; }

    /// <summary>Saturation factor drawn from 1 − s to 1 + s.</summary>
    public double Saturation { get; init; }

    /// <summary>Hue shift drawn from ± this fraction of the colour circle.</summary>
    public double Hue { get; init; }

    /// <summary>Gaussian blur: standard deviation drawn from 0 to this many pixels.</summary>
    public double BlurSigma { get; init; }

    /// <summary>Cut-out: side of one grey square as a fraction of the image side.</summary>
    public double CutOut { get; init; }

    /// <summary>Two published recipes augment validation images too, by sharing the generator; off unless a faithful repeat is wanted.</summary>
    public bool AlsoValidation { get; init; }

    /// <summary>True when nothing is switched on.</summary>
    [JsonIgnore]
    public bool IsNone => this == new AugmentationSpec() || this == new AugmentationSpec { AlsoValidation = true };
}
