using MalariaLab.Torch.Optim;
using Xunit;
using static MalariaLab.Torch.torch;

namespace MalariaLab.Torch.Tests;

/// <summary>Replicas on several threads share weights and have gradients of their own: the batch cut into shards.</summary>
[Collection("live tensors")]
public sealed class ShardTests
{
    private static readonly long[][] Shapes = [[8, 3, 3, 3], [8], [8, 8, 3, 3], [8], [1, 8 * 6 * 6], [1]];
    private static readonly long Count = Shapes.Sum(s => s.Aggregate(1L, (a, b) => a * b));

    [Fact]
    public void Gradient_SumOverShards_IsTheBatchGradientAndRepeatsBitForBit()
    {
        using var scope = NewDisposeScope();
        manual_seed(11);
        var weights = randn([Count], float64) * 0.1;
        var images = randn([16, 3, 32, 32], float64);
        var labels = randint(0, 2, [16, 1]).to(float64);

        var whole = OnShards(weights, images, labels, 1);
        var four = OnShards(weights, images, labels, 4);

        Assert.True(whole.abs().max().item<double>() > 1e-3);
        Assert.True(whole.allclose(four, 1e-9, 1e-12));
        Assert.True(four.equal(OnShards(weights, images, labels, 4)));
    }

    [Fact]
    public void Step_OnTheSharedBuffer_IsSeenByEveryReplica()
    {
        using var scope = NewDisposeScope();
        var weights = zeros([Count]);
        var (a, b) = (Parameters(weights, zeros([Count])), Parameters(weights, zeros([Count])));
        using var optimizer = new FlatOptimizer(new SgdRule { LearningRate = 1 }, weights, full([Count], -2f));

        optimizer.Step();

        Assert.Equal(2f, a[5].item<float>());
        Assert.True(b[2].is_contiguous(MemoryFormat.ChannelsLast) && b[2].eq(2).all().item<byte>() == 1);
    }

    private static Tensor OnShards(Tensor weights, Tensor images, Tensor labels, int shards)
    {
        var gradients = Enumerable.Range(0, shards).Select(_ => zeros_like(weights)).ToArray();
        var size = images.shape[0] / shards;
        var failures = new Exception?[shards];
        var threads = Enumerable.Range(0, shards).Select(s => new Thread(() => failures[s] = Record.Exception(() =>
        {
            using var scope = NewDisposeScope();
            set_num_threads_of_this_thread(1);
            var output = Forward(Parameters(weights, gradients[s]), images.narrow(0, s * size, size).contiguous(MemoryFormat.ChannelsLast));
            var loss = nn.functional.binary_cross_entropy_with_logits(output, labels.narrow(0, s * size, size), reduction: Reduction.Sum);
            (loss / images.shape[0]).backward();
        }))).ToArray();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        Assert.All(failures, Assert.Null);
        FlatBuffers.Sum(gradients[0], gradients);
        return gradients[0];
    }

    private static Tensor[] Parameters(Tensor weights, Tensor gradients)
    {
        var offset = 0L;
        return Shapes.Select(shape =>
        {
            var parameter = FlatBuffers.View(weights, offset, shape, MemoryFormat.ChannelsLast).detach().requires_grad_();
            parameter.grad = FlatBuffers.View(gradients, offset, shape, MemoryFormat.ChannelsLast);
            offset += parameter.numel();
            return parameter;
        }).ToArray();
    }

    private static Tensor Forward(Tensor[] p, Tensor x)
    {
        x = nn.functional.relu(nn.functional.max_pool2d(nn.functional.conv2d(x, p[0], p[1]), [2]));
        x = nn.functional.relu(nn.functional.max_pool2d(nn.functional.conv2d(x, p[2], p[3]), [2]));
        return nn.functional.linear(x.flatten(1), p[4], p[5]);
    }
}
