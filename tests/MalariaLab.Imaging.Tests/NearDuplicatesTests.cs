using FsCheck;
using FsCheck.Fluent;
using MalariaLab.Core.Experiments;
using MalariaLab.Imaging.Samples;
using MalariaLab.Imaging.Statistics;
using Xunit;

namespace MalariaLab.Imaging.Tests;

public sealed class NearDuplicatesTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(16)]
    public void Find_HashesAroundAFewCentres_GivesWhatComparingAllGives(int maxDistance)
    {
        var random = new Random(maxDistance);
        var centres = Enumerable.Range(0, 20).Select(_ => (ulong)random.NextInt64(long.MinValue, long.MaxValue)).ToArray();
        var hashes = Enumerable.Range(0, 600).Select(i => Flip(centres[i % 20], random.Next(12))).Distinct().ToList();

        var expected = from second in Enumerable.Range(0, hashes.Count)
                       from first in Enumerable.Range(0, second)
                       let distance = PerceptualHash.Distance(hashes[first], hashes[second])
                       where distance <= maxDistance
                       orderby first, second
                       select new NearPair(first, second, distance);

        Assert.Equal(expected, NearDuplicates.Find(hashes, maxDistance));

        ulong Flip(ulong hash, int bits)
        {
            for (; bits > 0; bits--) hash ^= 1UL << random.Next(64);
            return hash;
        }
    }

    [Fact]
    public void Find_PairAtAnyDistance_IsFoundIfAndOnlyIfNearEnough() =>
        Prop.ForAll<ulong, ulong, byte>((a, b, limit) =>
        {
            var near = b & (a >> 3) & 0x0101_0101_8101_0101;
            var hashes = new[] { a, a ^ near };
            var distance = PerceptualHash.Distance(hashes[0], hashes[1]);
            return NearDuplicates.Find(hashes, limit % 17).Count == (distance <= limit % 17 ? 1 : 0);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Find_ManyEqualHashes_PairsEachWithTheFirstOnly()
    {
        var pairs = NearDuplicates.Find([.. Enumerable.Repeat(5UL, 1000)], 4);
        Assert.Equal(999, pairs.Count);
        Assert.All(pairs, pair => Assert.Equal((0, 0), (pair.First, pair.Distance)));
    }

    [Fact]
    public void AreSame_CopyAndLookAlike_TellsThemApartWhereTheHashCannot()
    {
        var cell = SampleCells.Plan(cells: 2)[0].Paint();
        var copy = ImageCodec.Decode(ImageCodec.Encode(cell, ImageFormat.Jpeg, 75));
        // The same outline in another stain: blue for red.
        var lookAlike = new PixelImage(cell.Width, cell.Height, 3, [.. Enumerable.Range(0, cell.Pixels.Length).Select(i => cell.Pixels[i - (i % 3) + 2 - (i % 3)])]);

        Assert.InRange(PerceptualHash.Distance(PerceptualHash.Of(cell), PerceptualHash.Of(lookAlike)), 0, 4);
        Assert.True(NearDuplicates.AreSame(cell, copy));
        Assert.True(NearDuplicates.AreSame(cell, Resampler.Resize(cell, 70, 60, Interpolation.Bicubic)));
        Assert.False(NearDuplicates.AreSame(cell, lookAlike));
    }

    [Fact]
    public void Groups_ChainsOfPairs_HangTogether()
    {
        var groups = NearDuplicates.Groups([new(4, 9, 1), new(2, 7, 0), new(1, 9, 2), new(7, 8, 1)]);
        Assert.Equal(2, groups.Count);
        Assert.Equal([1, 4, 9], groups[0]);
        Assert.Equal([2, 7, 8], groups[1]);
    }
}
