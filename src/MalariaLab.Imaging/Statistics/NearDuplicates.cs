using MalariaLab.Core.Experiments;

namespace MalariaLab.Imaging.Statistics;

/// <summary>Two images whose perceptual hashes differ in few bits.</summary>
/// <param name="First">Index of the earlier image.</param>
/// <param name="Second">Index of the later image.</param>
/// <param name="Distance">Differing bits.</param>
public readonly record struct NearPair(int First, int Second, int Distance);

/// <summary>
/// Finds near-duplicates by perceptual hash with multi-index hashing (Norouzi, Punjani, Fleet 2012): hashes at most d bits apart agree
/// wholly in at least one of d + 1 parts, so only images that share a part are compared.
/// </summary>
public static class NearDuplicates
{
    /// <summary>Largest distance that can be asked for; beyond it most cell images resemble each other.</summary>
    public const int GreatestDistance = 16;

    /// <summary>Largest colour difference of two copies of one picture. On the NIH cells, copies recompressed or resized stay below 3, and different cells begin at 12.</summary>
    public const double SameColours = 8;

    private const int Side = 32;

    /// <summary>
    /// All pairs of different hashes at most <paramref name="maxDistance"/> apart, each named by the first image of its hash; images with one and the same
    /// hash are paired with the first of them only. A thousand blank images are so 999 pairs, not half a million.
    /// </summary>
    public static IReadOnlyList<NearPair> Find(IReadOnlyList<ulong> hashes, int maxDistance)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxDistance);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxDistance, GreatestDistance);
        var pairs = new List<NearPair>();
        var firstOf = new Dictionary<ulong, int>();
        for (var i = 0; i < hashes.Count; i++)
        {
            if (!firstOf.TryAdd(hashes[i], i)) pairs.Add(new NearPair(firstOf[hashes[i]], i, 0));
        }
        int[] distinct = [.. firstOf.Values.Order()];
        for (var part = 0; part <= maxDistance && maxDistance > 0; part++) FindInPart(hashes, distinct, part, maxDistance, pairs);
        return [.. pairs.OrderBy(pair => pair.First).ThenBy(pair => pair.Second)];
    }

    /// <summary>
    /// Pairs whose pictures are worth a comparison: those of <see cref="Find"/>, and with an image all others of its very hash, since that one hash may
    /// belong to different pictures. Of a hash with more than <paramref name="mostOfOne"/> images (blank ones) only the first is compared with other hashes.
    /// </summary>
    public static IReadOnlyList<NearPair> Candidates(IReadOnlyList<ulong> hashes, int maxDistance, int mostOfOne = 24)
    {
        var near = Find(hashes, maxDistance);
        if (!near.Any(pair => pair.Distance == 0)) return near;
        var ofHash = Enumerable.Range(0, hashes.Count).GroupBy(i => hashes[i]).Where(group => group.Skip(1).Any()).ToDictionary(group => group.Key, group => group.ToArray());
        var pairs = new List<NearPair>();
        foreach (var pair in near.Where(pair => pair.Distance > 0))
            foreach (var first in Members(pair.First))
                foreach (var second in Members(pair.Second)) pairs.Add(new(Math.Min(first, second), Math.Max(first, second), pair.Distance));
        foreach (var members in ofHash.Values)
            for (var second = 1; second < members.Length; second++)
                for (var first = 0; first < (members.Length > mostOfOne ? 1 : second); first++) pairs.Add(new(members[first], members[second], 0));
        return [.. pairs.OrderBy(pair => pair.First).ThenBy(pair => pair.Second)];

        int[] Members(int image) => ofHash.TryGetValue(hashes[image], out var members) && members.Length <= mostOfOne ? members : [image];
    }

    /// <summary>
    /// Whether two images show the same picture: at 32 × 32 their colours differ by at most <see cref="SameColours"/> (root mean square).
    /// Hashes of cut-out cells see little but the outline, so a pair that <see cref="Find"/> gives is only a candidate until this confirms it.
    /// </summary>
    public static bool AreSame(PixelImage first, PixelImage second) => ColourDifference(first, second) <= SameColours;

    /// <summary>Root mean square difference of two images' samples, 0 to 255, both resized to 32 × 32 (bilinear); grey counts as equal red, green and blue.</summary>
    public static double ColourDifference(PixelImage first, PixelImage second) => SmallDifference(Small(first), Small(second));

    /// <summary>An image as <see cref="SmallDifference"/> takes it: for those that are compared with many others.</summary>
    public static PixelImage Small(PixelImage image) => Resampler.Resize(image, Side, Side, Interpolation.Bilinear);

    /// <summary>As <see cref="ColourDifference"/>, of images that <see cref="Small"/> gave.</summary>
    public static double SmallDifference(PixelImage one, PixelImage other)
    {
        var squares = 0L;
        for (var i = 0; i < Side * Side * 3; i++)
        {
            var difference = one.Pixels[i * one.Channels / 3] - other.Pixels[i * other.Channels / 3];
            squares += difference * difference;
        }
        return Math.Sqrt(squares / (Side * Side * 3.0));
    }

    /// <summary>Images that hang together by pairs, each group and its members in ascending order.</summary>
    public static IReadOnlyList<IReadOnlyList<int>> Groups(IEnumerable<NearPair> pairs)
    {
        var parent = new Dictionary<int, int>();
        foreach (var pair in pairs)
        {
            int first = Root(pair.First), second = Root(pair.Second);
            parent[Math.Max(first, second)] = Math.Min(first, second);
        }
        return [.. parent.Keys.GroupBy(Root).OrderBy(group => group.Key).Select(group => (IReadOnlyList<int>)[.. group.Order()])];

        int Root(int member)
        {
            parent.TryAdd(member, member);
            while (parent[member] != member) member = parent[member] = parent[parent[member]];
            return member;
        }
    }

    private static void FindInPart(IReadOnlyList<ulong> hashes, int[] distinct, int part, int maxDistance, List<NearPair> pairs)
    {
        var buckets = new Dictionary<ulong, List<int>>();
        foreach (var image in distinct)
        {
            var value = hashes[image] & Mask(part, maxDistance);
            if (!buckets.TryGetValue(value, out var bucket)) buckets[value] = bucket = [];
            foreach (var earlier in bucket)
            {
                var distance = PerceptualHash.Distance(hashes[earlier], hashes[image]);
                if (distance <= maxDistance && IsFirstSharedPart(hashes[earlier] ^ hashes[image], part, maxDistance))
                    pairs.Add(new NearPair(earlier, image, distance));
            }
            bucket.Add(image);
        }
    }

    // A pair that shares several parts is met in each of them and counted in the first.
    private static bool IsFirstSharedPart(ulong difference, int part, int maxDistance)
    {
        for (var earlier = 0; earlier < part; earlier++)
            if ((difference & Mask(earlier, maxDistance)) == 0) return false;
        return true;
    }

    private static ulong Mask(int part, int maxDistance)
    {
        int parts = maxDistance + 1, from = 64 * part / parts, to = 64 * (part + 1) / parts;
        return (ulong.MaxValue >> (64 - (to - from))) << from;
    }
}
