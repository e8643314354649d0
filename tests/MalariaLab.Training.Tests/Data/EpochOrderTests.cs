using MalariaLab.Training.Data;
using Xunit;

namespace MalariaLab.Training.Tests.Data;

public sealed class EpochOrderTests
{
    [Fact]
    public void Shuffle_SameSeedAndEpoch_SamePermutation()
    {
        int[] indices = [.. Enumerable.Range(100, 500)];

        var order = EpochOrder.Shuffle(indices, 42, 3);

        Assert.Equal(indices, order.Order());
        Assert.NotEqual(indices, order);
        Assert.Equal(order, EpochOrder.Shuffle(indices, 42, 3));
        Assert.NotEqual(order, EpochOrder.Shuffle(indices, 42, 4));
        Assert.NotEqual(order, EpochOrder.Shuffle(indices, 43, 3));
    }
}
