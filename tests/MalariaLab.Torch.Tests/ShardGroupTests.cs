using Xunit;

namespace MalariaLab.Torch.Tests;

public sealed class ShardGroupTests
{
    private const double Momentum = 0.1, Epsilon = 1e-3;
    private static readonly int[] Cuts = [0, 3, 4, 8, 10];

    [Theory]
    [InlineData(false, 4)]
    [InlineData(true, 4)]
    [InlineData(true, 1)]
    [InlineData(true, 3)]
    public void BatchNorm_FourShards_EqualsLibTorchOnTheWholeBatch(bool relu, int atOnce)
    {
        using var scope = torch.NewDisposeScope();
        var x = torch.randn([10, 19, 5, 7]).mul(3).add(20).contiguous(MemoryFormat.ChannelsLast);
        var dy = torch.randn([10, 19, 5, 7]);
        var (weight, bias) = (torch.rand([19]).add(0.5), torch.randn([19]));
        var (mean, variance) = (torch.zeros([19]), torch.ones([19]));
        var (wholeX, wholeWeight, wholeBias) = (Leaf(x), Leaf(weight), Leaf(bias));
        var (wholeMean, wholeVariance) = (mean.clone(), variance.clone());
        var expected = torch.nn.functional.batch_norm(wholeX, wholeMean, wholeVariance, wholeWeight, wholeBias, training: true, Momentum, Epsilon);
        expected = relu ? expected.relu() : expected;
        expected.backward(dy);

        var parts = Enumerable.Range(0, 4).Select(s => Leaf(x.narrow(0, Cuts[s], Cuts[s + 1] - Cuts[s]))).ToArray();
        var weights = parts.Select(_ => Leaf(weight)).ToArray();
        var biases = parts.Select(_ => Leaf(bias)).ToArray();
        var outputs = new Tensor[4];
        using var group = new ShardGroup();
        group.Begin(4, atOnce);
        var (computing, most) = (0, 0);
        Together(s =>
        {
            group.Enter();
            InterlockedMax(ref most, Interlocked.Increment(ref computing));
            Thread.Yield();
            Interlocked.Decrement(ref computing);
            outputs[s] = group.batch_norm(parts[s], mean, variance, weights[s], biases[s], Momentum, Epsilon, relu, s);
            InterlockedMax(ref most, Interlocked.Increment(ref computing));
            Thread.Yield();
            Interlocked.Decrement(ref computing);
            outputs[s].backward(dy.narrow(0, Cuts[s], Cuts[s + 1] - Cuts[s]));
            group.Leave();
        });

        Assert.InRange(most, 1, atOnce);

        Close(expected, torch.cat(outputs));
        Close(wholeX.grad!, torch.cat([.. parts.Select(p => p.grad!)]));
        Close(wholeWeight.grad!, weights.Select(w => w.grad!).Aggregate((a, b) => a + b));
        Close(wholeBias.grad!, biases.Select(b => b.grad!).Aggregate((a, b) => a + b));
        Close(wholeMean, mean);
        Close(wholeVariance, variance);
    }

    [Fact]
    public void BatchNorm_AShardFails_TheOthersFailInsteadOfWaiting()
    {
        using var scope = torch.NewDisposeScope();
        using var group = new ShardGroup();
        group.Begin(2);
        var ones = torch.ones([3]);
        var waiting = new Thread(() =>
        {
            var failure = Assert.Throws<TorchException>(() => group.batch_norm(torch.ones([1, 3, 2, 2]), ones.clone(), ones.clone(), ones, ones, Momentum, Epsilon, false, 0));
            Assert.Contains("another shard", failure.Message, StringComparison.Ordinal);
        });
        waiting.Start();

        group.Abort();

        Assert.True(waiting.Join(TimeSpan.FromMinutes(10)));
    }

    private static void Together(Action<int> work)
    {
        Exception? failure = null;
        var threads = Enumerable.Range(0, 4).Select(s => new Thread(() =>
        {
            try
            {
                work(s);
            }
            catch (Exception e)
            {
                failure = e;
            }
        })).ToArray();
        Array.ForEach(threads, t => t.Start());
        Array.ForEach(threads, t => t.Join());
        Assert.Null(failure);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); value > seen; seen = Volatile.Read(ref most))
            Interlocked.CompareExchange(ref most, value, seen);
    }

    private static Tensor Leaf(Tensor values) => values.detach().clone().requires_grad_();

    private static void Close(Tensor expected, Tensor actual) =>
        Assert.True(expected.allclose(actual, rtol: 1e-4, atol: 1e-4), $"Off by {(expected - actual).abs().max().item<double>()}.");
}
