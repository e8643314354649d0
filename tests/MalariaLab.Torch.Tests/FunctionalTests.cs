using Xunit;
using static MalariaLab.Torch.torch;

namespace MalariaLab.Torch.Tests;

public sealed class FunctionalTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Conv2d_KnownKernel_GivesKnownSums()
    {
        var x = arange(9, float32).view(1, 1, 3, 3);

        var y = nn.functional.conv2d(x, ones([1, 1, 2, 2]), tensor([10f]));

        Assert.Equal([18f, 22, 30, 34], y.ToArray<float>());
        Assert.Equal([1, 1, 2, 2], nn.functional.conv2d(x, ones([1, 1, 3, 3]), strides: [2], padding: [1]).shape);
    }

    [Theory]
    [InlineData(3, 1, 1, false)]
    [InlineData(3, 2, 1, true)]
    [InlineData(2, 1, 0, true)]
    public void SmallMapConv2d_AnyStrideAndMargin_HasConv2dsValuesAndGradients(int kernel, int stride, int margin, bool biased)
    {
        manual_seed(5);
        Tensor[] Inputs() => [randn([2, 12, 5, 6]).contiguous(MemoryFormat.ChannelsLast), randn([7, 12, kernel, kernel]).contiguous(MemoryFormat.ChannelsLast), randn([7])];
        var ours = Inputs();
        var twins = Array.ConvertAll(ours, t => t.detach().clone());
        foreach (var leaf in (Tensor[])[.. ours, .. twins])
            leaf.requires_grad_();

        var y = nn.functional.small_map_conv2d(ours[0], ours[1], biased ? ours[2] : null, stride, margin);
        var expected = nn.functional.conv2d(twins[0], twins[1], biased ? twins[2] : null, [stride, stride], [margin, margin]);
        var gradient = randn(y.shape);
        y.backward(gradient);
        expected.backward(gradient);

        Assert.True(y.allclose(expected));
        foreach (var (leaf, twin) in ours.Zip(twins).Take(biased ? 3 : 2))
            Assert.True(leaf.grad!.allclose(twin.grad!, 1e-4, 1e-5));
    }

    [Fact]
    public void Pools_OfAGrid_TakeMaximumAndMean()
    {
        var x = arange(16, float32).view(1, 1, 4, 4);

        Assert.Equal([5f, 7, 13, 15], nn.functional.max_pool2d(x, [2]).ToArray<float>());
        Assert.Equal([2.5f, 4.5f, 10.5f, 12.5f], nn.functional.avg_pool2d(x, [2]).ToArray<float>());
        Assert.Equal(7.5f, nn.functional.adaptive_avg_pool2d(x, 1).item<float>());
    }

    [Fact]
    public void MaxPool_BeforeOrAfterRelu_IsTheSame()
    {
        var x = randn([2, 3, 9, 9]);

        Assert.True(nn.functional.max_pool2d(x.relu(), [2]).equal(nn.functional.max_pool2d(x, [2]).relu()));
    }

    [Theory]
    [InlineData(8, 12, 12, 2, 2)]
    [InlineData(16, 13, 9, 2, 2)]
    [InlineData(11, 15, 14, 3, 2)]
    [InlineData(3, 9, 10, 2, 3)]
    [InlineData(64, 5, 5, 5, 5)]
    public void ReluMaxPool_ChannelsLast_EqualsTheTwoOperators(int channels, int height, int width, int kernel, int stride)
    {
        manual_seed(4);
        var x = (randn([3, channels, height, width]) - 0.5).contiguous(MemoryFormat.ChannelsLast).requires_grad_();
        var twin = x.detach().clone().requires_grad_();

        var y = nn.functional.relu_max_pool2d(x, kernel, stride);
        var expected = nn.functional.max_pool2d(twin, [kernel], [stride]).relu();
        var gradient = randn(y.shape);
        y.backward(gradient);
        expected.backward(gradient);

        Assert.True(y.equal(expected));
        Assert.True(x.grad!.equal(twin.grad!));
        Assert.True(y.is_contiguous(MemoryFormat.ChannelsLast));
        Assert.True(y.detach().equal(nn.functional.relu_max_pool2d(x.detach(), kernel, stride)));
        Assert.True(y.detach().equal(nn.functional.relu_max_pool2d(x.detach().contiguous(), kernel, stride)));
    }

    [Fact]
    public void ReluMaxPool_NaNInAWindow_StaysNaN()
    {
        var x = zeros([1, 9, 4, 4]).contiguous(MemoryFormat.ChannelsLast);
        x[0][0][0][0].fill_(double.NaN);
        x[0][8][3][2].fill_(double.NaN);

        var y = nn.functional.relu_max_pool2d(x, 2);

        Assert.Equal(2, y.isnan().sum().item<long>());
        Assert.True(float.IsNaN(y[0][0][0][0].item<float>()) && float.IsNaN(y[0][8][1][1].item<float>()));
    }

    [Fact]
    public void ReluMaxPool_WindowLargerThanThePicture_IsRefused() =>
        Assert.Contains("float32[1, 8, 2, 2]", Assert.Throws<TorchException>(() => nn.functional.relu_max_pool2d(zeros([1, 8, 2, 2]), 3)).Message);

    [Fact]
    public void BatchNorm_InTraining_NormalisesAndMovesRunningStatistics()
    {
        var x = randn([16, 2, 5, 5]) * 3 + 7;
        var (mean, variance) = (zeros([2]), ones([2]));

        var y = nn.functional.batch_norm(x, mean, variance, training: true, momentum: 0.25);

        Assert.True(y.mean([0, 2, 3]).abs().max().item<float>() < 1e-5);
        Assert.True(mean.allclose(x.mean([0, 2, 3]) * 0.25, 1e-4));
        Assert.True(variance.allclose(x.var([0, 2, 3]) * 0.25 + 0.75, 1e-4));
    }

    [Fact]
    public void Dropout_WithItsOwnGenerator_RepeatsAndKeepsTheMean()
    {
        using var generator = new Generator(7);
        var x = ones([10000]);

        var a = nn.functional.dropout(x, 0.25, generator: generator);
        var b = nn.functional.dropout(x, 0.25, generator: generator.manual_seed(7));

        Assert.True(a.equal(b));
        Assert.Equal(1.0, a.mean().item<double>(), 0.05);
        Assert.True(nn.functional.dropout(x, 0.25, training: false).equal(x));
        Assert.Equal([0f, 1 / 0.75f], a.sort().values.ToArray<float>().Distinct());
    }

    [Fact]
    public void GridSample_OfTheIdentity_GivesThePicture()
    {
        var x = rand([1, 3, 7, 5]);
        var theta = tensor([1f, 0, 0, 0, 1, 0], [1, 2, 3]);

        var y = nn.functional.grid_sample(x, nn.functional.affine_grid(theta, [1, 3, 7, 5], align_corners: true), padding_mode: GridSamplePaddingMode.Border, align_corners: true);

        Assert.True(y.allclose(x, 1e-5, 1e-5));
    }

    [Fact]
    public void Losses_OneAndTwoUnits_Agree()
    {
        var z = tensor([0.5, -2, 30, -30], [4, 1]);
        var y = tensor([1.0, 0, 0, 1], [4, 1]);
        var two = cat([zeros_like(z), z], 1);

        var binary = nn.functional.binary_cross_entropy_with_logits(z, y);
        var categorical = nn.functional.cross_entropy(two, y.squeeze(1).to(int64));

        Assert.Equal(binary.item<double>(), categorical.item<double>(), 1e-12);
        Assert.Equal(1, nn.functional.softmax(two, 1).sum([1]).mean().item<double>(), 1e-12);
    }

    [Fact]
    public void XavierUniform_Convolution_StaysInItsLimit()
    {
        manual_seed(3);
        var w = nn.init.xavier_uniform_(empty([8, 4, 3, 3]));
        var limit = Math.Sqrt(6.0 / (8 * 9 + 4 * 9));

        Assert.InRange(w.abs().max().item<double>(), 0.9 * limit, limit);
    }
}
