using Xunit;
using static MalariaLab.Torch.torch;

namespace MalariaLab.Torch.Tests;

public sealed class AutogradTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Backward_OfASumOfSquares_GivesTwiceTheValues()
    {
        var x = tensor([1.0, -2, 3]).requires_grad_();
        Assert.Null(x.grad);

        x.square().sum().backward();

        Assert.Equal([2.0, -4, 6], x.grad!.ToArray<double>());
    }

    [Fact]
    public void Backward_IntoAViewOfAFlatBuffer_AddsThere()
    {
        var flat = zeros([5], float64);
        var x = tensor([1.0, 2]).requires_grad_();
        x.grad = flat.narrow(0, 1, 2);

        x.square().sum().backward();
        x.sum().backward();

        Assert.Equal([0.0, 3, 5, 0, 0], flat.ToArray<double>());
        x.grad = null;
        Assert.Null(x.grad);
    }

    [Fact]
    public void Grad_OfAnotherShape_IsRefused() =>
        Assert.Throws<TorchException>(() => zeros([2]).requires_grad_().grad = zeros([3]));

    [Fact]
    public void NoGrad_WithinAndAfter_RecordsOnlyAfter()
    {
        var x = ones([2]).requires_grad_();
        using (no_grad())
        {
            Assert.False((x * 2).requires_grad);
            using (enable_grad())
                Assert.True((x * 2).requires_grad);
        }
        Assert.True((x * 2).requires_grad);
        using (inference_mode())
            Assert.False((x * 2).requires_grad);
        Assert.True(is_grad_enabled());
    }

    [Fact]
    public void Grad_ByInputs_LeavesTheirGradAlone()
    {
        var (x, y, z) = (tensor([3.0]).requires_grad_(), tensor([4.0]).requires_grad_(), ones([1]).requires_grad_());

        var grads = autograd.grad((x * x * y).sum(), [x, y, z]);

        Assert.Equal(24.0, grads[0]!.item<double>());
        Assert.Equal(9.0, grads[1]!.item<double>());
        Assert.Null(grads[2]);
        Assert.Null(x.grad);
    }

    [Fact]
    public void Backward_Twice_SaysWhatIsWrong()
    {
        var x = ones([2]).requires_grad_();
        var y = x.exp().sum();
        y.backward();

        Assert.StartsWith("backward(float32[])", Assert.Throws<TorchException>(() => y.backward()).Message);
    }

    [Fact]
    public void Autocast_OnTheCpu_ConvolvesInBFloat16()
    {
        var (x, w) = (rand([1, 3, 8, 8]), rand([4, 3, 3, 3]));
        using (autocast(DeviceType.CPU))
            Assert.Equal(bfloat16, nn.functional.conv2d(x, w).dtype);
        Assert.Equal(float32, nn.functional.conv2d(x, w).dtype);
    }
}
