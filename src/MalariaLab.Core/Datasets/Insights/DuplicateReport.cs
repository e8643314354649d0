namespace MalariaLab.Core.Datasets.Insights;

/// <summary>Two images that show the same picture.</summary>
/// <param name="First">Place of the earlier image in the manifest.</param>
/// <param name="Second">Place of the later one.</param>
/// <param name="Distance">Bits in which their perceptual hashes differ, of 64.</param>
/// <param name="Difference">Root mean square difference of their colours at 32 × 32, 0 to 255; 0 for the same bytes.</param>
/// <param name="Exact">They have the same bytes.</param>
public sealed record DuplicatePair(int First, int Second, int Distance, double Difference, bool Exact = false);

/// <summary>Near-duplicates of a dataset version.</summary>
/// <param name="Images">Images that were compared.</param>
/// <param name="MaxDistance">Pairs with more differing bits were not looked for.</param>
/// <param name="Candidates">Pairs with near hashes, of which the colours were compared.</param>
/// <param name="Found">Pairs that show the same picture; more than <see cref="Pairs"/> when the list was cut.</param>
/// <param name="Pairs">Nearest first.</param>
public sealed record DuplicateReport(int Images, int MaxDistance, int Candidates, int Found, IReadOnlyList<DuplicatePair> Pairs);
