namespace MalariaLab.Core.Experiments;

/// <summary>What a check needs to know of a dataset version under a split.</summary>
public sealed record DatasetFacts
{
    /// <summary>Class names in order.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>Training images of each class.</summary>
    public required IReadOnlyList<int> Train { get; init; }

    /// <summary>Validation images of each class; all 0 without such a part.</summary>
    public required IReadOnlyList<int> Validation { get; init; }

    /// <summary>Test images of each class; all 0 without such a part.</summary>
    public required IReadOnlyList<int> Test { get; init; }

    /// <summary>Groups (patients) with images in more than one part.</summary>
    public int LeakedGroups { get; init; }

    /// <summary>Test images that the run which the training starts from, or one that this started from, learned from.</summary>
    public int LearnedByStart { get; init; }

    /// <summary>True when every image is grey.</summary>
    public bool IsGrey { get; init; }

    /// <summary>Median of the images' shorter sides in pixels, where it was measured.</summary>
    public int? MedianSide { get; init; }
}

/// <summary>What a check needs to know of the lab. What is null is not checked.</summary>
public sealed record LabFacts
{
    /// <summary>Imported weights files.</summary>
    public IReadOnlyList<KnownWeights>? Files { get; init; }

    /// <summary>Finished runs whose weights can be taken.</summary>
    public IReadOnlyList<KnownRun>? Runs { get; init; }

    /// <summary>True when a worker's device multiplies in bfloat16.</summary>
    public bool? HasBFloat16 { get; init; }

    /// <summary>Memory of the device in bytes.</summary>
    public long? DeviceMemory { get; init; }
}

/// <summary>An imported weights file.</summary>
/// <param name="Sha256">Its hash.</param>
/// <param name="Architecture">Architecture whose backbone it fits, where that is known.</param>
/// <param name="Format">safetensors, pth or h5, where that is known.</param>
/// <param name="IsOfRun">True for what a run left, of this lab or another: no ImageNet weights, whatever network they fit.</param>
public sealed record KnownWeights(string Sha256, string? Architecture, string? Format = null, bool IsOfRun = false);

/// <summary>A finished run.</summary>
/// <param name="Id">Row id.</param>
/// <param name="Architecture">Its network.</param>
/// <param name="Scaling">The value scaling that its weights expect.</param>
public sealed record KnownRun(long Id, ArchitectureSpec Architecture, PixelScaling Scaling);
