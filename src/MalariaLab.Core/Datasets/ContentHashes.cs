using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MalariaLab.Core.Datasets;

/// <summary>
/// Hashes that prove what was used: they depend on image contents and decisions, never on file names, row ids or manifest order.
/// Pairing predictions of two runs with equal hashes therefore goes by content hash.
/// </summary>
public static class ContentHashes
{
    /// <summary>SHA-256 (64 hex digits) of class names and, for each image, content, label and group.</summary>
    public static string Dataset(IReadOnlyList<string> classNames, IEnumerable<SplitItem> items) =>
        Hash("dataset", classNames, items.Select(i => $"{i.Sha256} {Number(i.Label)} {i.Group}"));

    /// <summary>SHA-256 of content, label and part of each image.</summary>
    public static string Split(IReadOnlyList<SplitItem> items, ReadOnlySpan<byte> assignment)
    {
        var lines = new List<string>(items.Count);
        for (var i = 0; i < items.Count; i++)
            lines.Add($"{items[i].Sha256} {Number(items[i].Label)} {Number(assignment[i])}");
        return Hash("split", [], lines);
    }

    /// <summary>SHA-256 of content and label of the images that <paramref name="assignment"/> puts into <paramref name="part"/>.</summary>
    public static string Part(IReadOnlyList<SplitItem> items, ReadOnlySpan<byte> assignment, SplitPart part)
    {
        var chosen = new List<SplitItem>();
        for (var i = 0; i < items.Count; i++)
            if (assignment[i] == (byte)part)
                chosen.Add(items[i]);
        return Set(chosen);
    }

    /// <summary>SHA-256 of content and label of all <paramref name="items"/>; equal for the same images in any order.</summary>
    public static string Set(IEnumerable<SplitItem> items) =>
        Hash("set", [], items.Select(i => $"{i.Sha256} {Number(i.Label)}"));

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Hash(string kind, IEnumerable<string> head, IEnumerable<string> lines)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var line in head.Prepend(kind).Concat(lines.Order(StringComparer.Ordinal)))
            // JSON-free and unambiguous: the length stands before each line.
            hash.AppendData(Encoding.UTF8.GetBytes($"{Number(line.Length)}:{line}\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
