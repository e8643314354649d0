using System.Text.Json;
using MalariaLab.Core.Experiments;

namespace MalariaLab.Core.Datasets;

/// <summary>What a person chose for an import, besides its source; stored with the import as JSON.</summary>
public sealed record ImportOptions
{
    /// <summary>The group rule as text; for <c>csv:NAME</c> the map is in <see cref="GroupMapCsv"/>.</summary>
    public string GroupRule { get; init; } = "none";

    /// <summary>Text of the CSV group map, see <see cref="GroupMap"/>.</summary>
    public string? GroupMapCsv { get; init; }

    /// <summary>Name of the positive class; null guesses it by <see cref="PositiveClass"/>.</summary>
    public string? PositiveClassName { get; init; }

    /// <summary>Seed of the sample dataset; null takes the one that every lab shows.</summary>
    public long? SampleSeed { get; init; }

    /// <summary>For images that are added to a version: which, and what else changes.</summary>
    public VersionChanges? Changes { get; init; }

    /// <summary>For a download: where it lies and what proves it; set by the lab from its settings, never by a visitor.</summary>
    public PublishedFile? Download { get; init; }

    /// <summary>The rule, ready for use.</summary>
    /// <exception cref="FormatException">The rule or the map cannot be read; the message says where.</exception>
    public GroupRule ToGroupRule()
    {
        if (!GroupRule.StartsWith("csv:", StringComparison.Ordinal)) return Datasets.GroupRule.Parse(GroupRule);
        using var csv = new StringReader(GroupMapCsv ?? throw new FormatException("The group rule names a CSV file, but the file is missing. Choose it again."));
        return Datasets.GroupRule.Map(GroupRule["csv:".Length..], GroupMap.Read(csv));
    }

    /// <summary>As stored.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, SpecJson.Options);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    public static ImportOptions FromJson(string json) => JsonSerializer.Deserialize<ImportOptions>(json, SpecJson.Options) ?? new();
}

/// <summary>A file that its publisher offers.</summary>
/// <param name="Address">Where.</param>
/// <param name="Sha256">Its SHA-256, 64 hex digits.</param>
public sealed record PublishedFile(Uri Address, string Sha256);
