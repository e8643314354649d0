using System.Globalization;
using MalariaLab.Core.Datasets;
using MalariaLab.Core.Datasets.Insights;
using MalariaLab.Imaging.Statistics;

namespace MalariaLab.Web.Features.Datasets;

/// <summary>Which pairs of near-duplicates are looked at.</summary>
public enum DuplicateScope { All, WithinClass, AcrossClasses, WithinPart, AcrossParts }

/// <summary>
/// The scope as it stands in the address: <c>all</c>, <c>within-class</c>, <c>across-classes</c>,
/// <c>within-part-7</c>, <c>across-parts-7</c> with the split's row id.
/// </summary>
public readonly record struct DuplicateChoice(DuplicateScope Scope, long? Split = null)
{
    /// <summary>Reads it; anything unknown is all pairs.</summary>
    public static DuplicateChoice Parse(string? text)
    {
        var split = text?.Split('-') is [.., var last] && long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : (long?)null;
        return text switch
        {
            "within-class" => new(DuplicateScope.WithinClass),
            "across-classes" => new(DuplicateScope.AcrossClasses),
            _ when split is not null && text!.StartsWith("within-part-", StringComparison.Ordinal) => new(DuplicateScope.WithinPart, split),
            _ when split is not null && text!.StartsWith("across-parts-", StringComparison.Ordinal) => new(DuplicateScope.AcrossParts, split),
            _ => new(DuplicateScope.All),
        };
    }

    /// <summary>Whether a pair is meant.</summary>
    /// <param name="pair">The pair.</param>
    /// <param name="labels">Class of each image.</param>
    /// <param name="parts">Part of each image in the split that is meant; may be empty for the other scopes.</param>
    public bool Takes(DuplicatePair pair, ReadOnlySpan<int> labels, ReadOnlySpan<byte> parts) => Scope switch
    {
        DuplicateScope.WithinClass => labels[pair.First] == labels[pair.Second],
        DuplicateScope.AcrossClasses => labels[pair.First] != labels[pair.Second],
        DuplicateScope.WithinPart => pair.Second < parts.Length && parts[pair.First] == parts[pair.Second],
        DuplicateScope.AcrossParts => Crosses(pair, parts),
        _ => true,
    };

    /// <summary>Whether a pair's images stand in two parts that are used.</summary>
    public static bool Crosses(DuplicatePair pair, ReadOnlySpan<byte> parts) => pair.Second < parts.Length && parts[pair.First] != parts[pair.Second]
        && parts[pair.First] != (byte)SplitPart.Unused && parts[pair.Second] != (byte)SplitPart.Unused;
}

/// <summary>Images that hang together by pairs.</summary>
/// <param name="Members">Places in the manifest, ascending.</param>
/// <param name="Distance">Largest distance of a pair that ties them.</param>
/// <param name="Exact">All ties are of the same bytes.</param>
public sealed record DuplicateSet(IReadOnlyList<int> Members, int Distance, bool Exact)
{
    /// <summary>Bits apart up to which pictures nearly always are the same.</summary>
    public const int UsualDistance = 6;

    /// <summary>Why a version without copies was made.</summary>
    public static string Reason(DuplicateReport report, int distance) =>
        report.Pairs.Any(p => p.Distance > 0) ? $"Near-duplicates at most {distance} bits apart left out." : "Duplicates left out.";

    /// <summary>Sets of some pairs, the nearest first.</summary>
    public static IReadOnlyList<DuplicateSet> Of(IReadOnlyList<DuplicatePair> pairs)
    {
        var setOf = new Dictionary<int, int>();
        var groups = NearDuplicates.Groups(pairs.Select(p => new NearPair(p.First, p.Second, p.Distance)));
        for (var g = 0; g < groups.Count; g++)
            foreach (var member in groups[g]) setOf[member] = g;
        var ties = pairs.ToLookup(p => setOf[p.First]);
        var sets = groups.Select((members, g) => new DuplicateSet(members, ties[g].Max(p => p.Distance), ties[g].All(p => p.Exact)));
        return [.. sets.OrderBy(s => s.Distance).ThenBy(s => s.Members[0])];
    }

    /// <summary>Images that go when one of each set stays.</summary>
    /// <param name="sets">The sets.</param>
    /// <param name="kept">Chosen image of some sets by their first member, <see cref="KeepAll"/> for none to go; the first member where nothing is chosen.</param>
    public static IReadOnlyList<int> Leaving(IEnumerable<DuplicateSet> sets, IReadOnlyDictionary<int, int> kept) => [.. sets.SelectMany(set =>
        set.Kept(kept) is var keep && keep == KeepAll ? [] : set.Members.Where(m => m != keep)).Order()];

    /// <summary>
    /// The image of this set that stays, or <see cref="KeepAll"/>: the chosen one where it is of this set,
    /// which another threshold may have made smaller; else the first.
    /// </summary>
    public int Kept(IReadOnlyDictionary<int, int> chosen) =>
        chosen.TryGetValue(Members[0], out var image) && (image == KeepAll || Members.Contains(image)) ? image : Members[0];

    /// <summary>Stands for "all of the set stay".</summary>
    public const int KeepAll = -1;
}
