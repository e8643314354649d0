using System.Diagnostics.CodeAnalysis;

namespace MalariaLab.Imaging;

/// <summary>The verdict on one file: either its facts, or why it was refused.</summary>
/// <param name="Facts">What was measured, or null where the file was refused.</param>
/// <param name="Fault">The kind of reason, or null where the file is usable.</param>
/// <param name="Reason">The reason as a sentence, or null where the file is usable.</param>
public sealed record ImageCheck(ImageFacts? Facts, ImageFault? Fault, string? Reason)
{
    /// <summary>Whether the image can be used.</summary>
    [MemberNotNullWhen(true, nameof(Facts))]
    [MemberNotNullWhen(false, nameof(Fault), nameof(Reason))]
    public bool IsUsable => Facts is not null;
}
