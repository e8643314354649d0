namespace MalariaLab.Core.Datasets;

/// <summary>
/// Takes a split over to a changed version. What was kept keeps its part. A new image joins the training part, unless its group (patient) has images
/// in validation or test: then it is left out, so that adding images never alters what is tested on and never lets a patient leak.
/// </summary>
public static class SplitCarry
{
    /// <summary>The assignment for the new manifest.</summary>
    /// <param name="oldItems">Manifest of the split's version.</param>
    /// <param name="oldAssignment">One part an image of it.</param>
    /// <param name="newItems">Manifest of the new version.</param>
    /// <returns>One part an image of the new version.</returns>
    public static byte[] Assign(IReadOnlyList<SplitItem> oldItems, ReadOnlySpan<byte> oldAssignment, IReadOnlyList<SplitItem> newItems)
    {
        if (oldAssignment.Length != oldItems.Count)
            throw new ArgumentException($"{oldItems.Count} images cannot go with {oldAssignment.Length} assignments.", nameof(oldAssignment));
        var parts = new Dictionary<string, byte>(StringComparer.Ordinal);
        var held = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < oldItems.Count; i++)
        {
            parts.TryAdd(oldItems[i].Sha256, oldAssignment[i]);
            if (oldItems[i].Group is { } group && (SplitPart)oldAssignment[i] is SplitPart.Validation or SplitPart.Test) held.Add(group);
        }
        return [.. newItems.Select(item => parts.TryGetValue(item.Sha256, out var part) ? part
            : (byte)(item.Group is { } group && held.Contains(group) ? SplitPart.Unused : SplitPart.Train))];
    }
}
