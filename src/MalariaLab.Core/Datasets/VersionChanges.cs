using System.Text.Json;
using MalariaLab.Core.Experiments;

namespace MalariaLab.Core.Datasets;

/// <summary>What a new version of a dataset shall have otherwise than the version that it is made from.</summary>
public sealed record VersionChanges
{
    /// <summary>Row id of the version that it is made from; that one stays as it is.</summary>
    public required long ParentVersionId { get; init; }

    /// <summary>Manifest positions of the parent's images that are left out.</summary>
    public IReadOnlyList<int> Exclude { get; init; } = [];

    /// <summary>New class index of some of the parent's images, by manifest position.</summary>
    public IReadOnlyDictionary<int, int> Relabel { get; init; } = new Dictionary<int, int>();

    /// <summary>Why, in words; shown with the version.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Take the parent's splits along, see <see cref="SplitCarry"/>.</summary>
    public bool CarrySplits { get; init; } = true;
}

/// <summary>What was changed, as stored with the version; which images is found by comparing the two manifests.</summary>
/// <param name="Reason">Why, in words.</param>
/// <param name="Excluded">Images left out.</param>
/// <param name="Relabelled">Images with another class.</param>
/// <param name="Added">New images.</param>
/// <param name="SplitsCarried">Names of the splits that came along.</param>
/// <param name="SplitsLeft">Names of the splits that did not, because no training or no test image was left in them.</param>
public sealed record VersionSummary(
    string Reason, int Excluded, int Relabelled, int Added, IReadOnlyList<string> SplitsCarried, IReadOnlyList<string> SplitsLeft)
{
    /// <summary>As stored.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, SpecJson.Options);

    /// <summary>Reads what <see cref="ToJson"/> wrote; null for a version that was imported or is not finished.</summary>
    public static VersionSummary? Read(string? json) => json is null ? null : JsonSerializer.Deserialize<VersionSummary>(json, SpecJson.Options);
}
