using Xunit;
using static MalariaLab.Torch.torch;

namespace MalariaLab.Torch.Tests;

public sealed class TensorTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Tensor_FromValues_KeepsShapeTypeAndOrder()
    {
        var t = tensor([1f, 2, 3, 4, 5, 6], [2, 3]);

        Assert.Equal([2, 3], t.shape);
        Assert.Equal(float32, t.dtype);
        Assert.Equal(DeviceType.CPU, t.device.Type);
        Assert.Equal([1f, 4, 2, 5, 3, 6], t.t().ToArray<float>());
        Assert.Equal(6, t.data<float>()[5]);
        Assert.Equal(21.0, t.sum().item<double>());
    }

    [Fact]
    public void Tensor_ValuesThatDontFillTheShape_AreRefused() =>
        Assert.Contains("5 values", Assert.Throws<ArgumentException>(() => tensor([1, 2, 3, 4, 5], [2, 3])).Message);

    [Fact]
    public void Arithmetic_Operators_ComputeElementwise()
    {
        var x = tensor([1.0, 2, 3]);

        Assert.Equal([3.0, 5, 7], (2 * x + 1).ToArray<double>());
        Assert.Equal([0.0, -1, -2], (1 - x).ToArray<double>());
        Assert.Equal([6.0, 3, 2], (6 / x).ToArray<double>());
        Assert.Equal([1.0, 4, 9], (x * x).ToArray<double>());
        Assert.Equal([2.0, 2, 2], x.clone().add_(tensor([1.0, 0, -1]), 1).ToArray<double>());
        Assert.Equal([-1.0, -2, -3], x.neg_().ToArray<double>());
    }

    [Fact]
    public void Shapes_Operations_RearrangeAsNamed()
    {
        var x = arange(6).view(2, 3);

        Assert.Equal([3L, 4, 5, 0, 1, 2], x.flip(0).ToArray<long>());
        Assert.Equal([1L, 2, 4, 5], x.narrow(1, 1, 2).ToArray<long>());
        Assert.Equal([0L, 2, 3, 5], x.index_select(1, tensor([0L, 2])).ToArray<long>());
        Assert.Equal([2, 2, 3], stack([x, x]).shape);
        Assert.Equal([2, 6], cat([x, x], 1).shape);
        Assert.Equal([3, 2], x.permute(1, 0).shape);
        Assert.Equal([2L, 5, 1, 4, 0, 3], x.rot90().ToArray<long>());
        Assert.Equal(2, x.unbind().Length);
        Assert.Equal(4, x[1][1].item<long>());
    }

    [Fact]
    public void ChannelsLast_Data_LiesChannelByChannelForEachPixel()
    {
        var x = arange(12, float32).view(1, 3, 2, 2).contiguous(MemoryFormat.ChannelsLast);

        Assert.Equal([1, 3, 2, 2], x.shape);
        Assert.True(x.is_contiguous(MemoryFormat.ChannelsLast));
        Assert.Equal([0f, 4, 8, 1, 5, 9], x.data<float>()[..6].ToArray());
        Assert.Equal([0f, 1, 2, 3], x.ToArray<float>()[..4]);
    }

    [Fact]
    public void Data_StridedView_IsRefused() =>
        Assert.Throws<InvalidOperationException>(() => zeros([4, 4]).t().narrow(0, 0, 2).data<float>().Length);

    [Fact]
    public unsafe void FromBlob_Memory_IsSharedNotCopied()
    {
        var values = new[] { 1f, 2, 3 };
        fixed (float* p = values)
        {
            using var view = from_blob(p, [3], float32);
            view.mul_(2);
        }
        Assert.Equal([2f, 4, 6], values);
    }

    [Fact]
    public void Convolution_ShapesThatDontFit_NamesOperationAndShapes()
    {
        var e = Assert.Throws<TorchException>(() => nn.functional.conv2d(zeros([4, 3, 8, 8]), zeros([5, 2, 3, 3])));

        Assert.StartsWith("conv2d(float32[4, 3, 8, 8], float32[5, 2, 3, 3]", e.Message);
        Assert.DoesNotContain("frame #", e.Message);
    }

    [Fact]
    public void Allocation_LargerThanMemory_SaysTheSizeAskedFor()
    {
        var e = Assert.Throws<TorchOutOfMemoryException>(() => zeros([1L << 30, 1L << 20]));

        Assert.Equal(1L << 52, e.RequestedBytes);
        Assert.StartsWith("zeros(", e.Message);
    }

    [Fact]
    public void Tensor_UsedAfterDispose_Throws()
    {
        var t = zeros([2]);
        t.Dispose();

        Assert.Throws<ObjectDisposedException>(() => t + 1);
        Assert.Equal("disposed tensor", t.ToString());
    }

    [Fact]
    public void Item_OfManyElements_IsAnErrorWithTheShape() =>
        Assert.Contains("float32[2]", Assert.Throws<TorchException>(() => zeros([2]).item<float>()).Message);

    [Fact]
    public void Conversion_BetweenTypes_RoundsAsTold()
    {
        var x = tensor([1.9f, -1.9f, 260f]);

        Assert.Equal([1L, -1, 260], x.to(int64).ToArray<long>());
        Assert.Equal(bfloat16, x.to(bfloat16).dtype);
        Assert.Equal([1f, 1, 1], x.to(bfloat16).eq(x.to(bfloat16)).to(float32).ToArray<float>());
        Assert.Equal([true, false, true], x.gt(0).ToArray<bool>());
    }
}
