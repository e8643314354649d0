using MalariaLab.Torch;
using MalariaLab.Torch.Optim;
using MalariaLab.Training.Architectures;
using MalariaLab.Training.Data;
using MalariaLab.Training.Loss;
using MalariaLab.Training.Optimizers;

namespace MalariaLab.Training.Engine;

/// <summary>
/// Training on a CPU: a batch is cut into shards, each on a single-threaded replica over shared weights, and the shards' gradients are summed in shard
/// order. The sum is the batch's gradient exactly, and since the cut depends on the batch alone the bits do not depend on the thread count.
/// Where batch normalisation trains, its statistics must be those of the whole batch: then one replica takes it all with LibTorch's own threads, whose
/// number can change the last bits.
/// </summary>
internal sealed class CpuEngine : IDisposable
{
    private const int ShardsOfBatch = 4;
    private readonly ShardPool _pool;
    private readonly ShardPool? _wide;
    private readonly Shard[] _shards;
    private readonly CrossEntropy _loss;
    private readonly SlicedOptimizer _optimizer;
    private readonly Tensor[] _ownGradients;
    private readonly double _clipNorm;

    public CpuEngine(ShardPool pool, NetworkWeights weights, Tensor gradients, SampleFeed feed, SlicedOptimizer optimizer, CrossEntropy loss, TrainingSpec spec)
    {
        (_loss, _optimizer, _clipNorm) = (loss, optimizer, spec.GradientClipNorm);
        _pool = pool;
        IsSharded = !weights.Layout.Slots.Any(slot => slot is { Role: ParameterRole.Scale, Trains: true });
        if (!IsSharded)
            _wide = NewPool(1, pool.Threads);
        var shards = IsSharded ? Math.Min(ShardsOfBatch, spec.BatchSize) : 1;
        var capacity = (spec.BatchSize + shards - 1) / shards;
        _ownGradients = [.. Enumerable.Range(1, shards - 1).Select(_ => NetworkWeights.NewBuffer(weights.Layout.TrainableLength, torch.CPU))];
        _shards = [.. _ownGradients.Prepend(gradients).Select(buffer => new Shard(weights, buffer, feed, capacity, loss.Units, spec.Seed))];
    }

    /// <summary>True when the bits do not depend on the thread count.</summary>
    public bool IsSharded { get; }

    /// <summary>A pool whose threads let LibTorch use <paramref name="width"/> threads each.</summary>
    public static ShardPool NewPool(int threads, int width)
    {
        // BLAS has one count a process: threads that compute side by side would queue for its threads.
        torch.set_num_threads(1);
        torch.keep_freed_memory();
        return new ShardPool(threads, () => torch.set_num_threads_of_this_thread(width));
    }

    /// <summary>Adds the gradients of one batch, divided by its size. Does not add them when the loss is not finite.</summary>
    public BatchLoss Accumulate(ReadOnlyMemory<int> batch, int epoch)
    {
        if (IsSharded)
            _pool.Run(_shards.Length, s =>
            {
                var part = Part(batch, s, _shards.Length);
                Read(_shards[s], part, 0, part.Length, epoch);
                _shards[s].Pass(part, epoch, _loss, batch.Length);
            });
        else
        {
            _pool.Run(ShardsOfBatch, s => Read(_shards[0], batch, s * batch.Length / ShardsOfBatch, (s + 1) * batch.Length / ShardsOfBatch, epoch));
            _wide!.Run(1, _ => _shards[0].Pass(batch, epoch, _loss, batch.Length));
        }
        return _shards.Aggregate(new BatchLoss(), (sum, shard) => sum + shard.Loss);
    }

    /// <summary>One optimizer step with the gradients of <paramref name="batches"/> batches, then forgets them.</summary>
    public void Update(double learningRate, int batches)
    {
        var scale = 1.0 / batches;
        if (_clipNorm > 0)
        {
            EachSlice(SumShards);
            var norm = FlatBuffers.Norm(_shards[0].Gradients) * scale;
            scale *= norm > _clipNorm ? _clipNorm / norm : 1;
            EachSlice(slice => Step(slice, learningRate, scale));
        }
        else
            EachSlice(slice =>
            {
                SumShards(slice);
                Step(slice, learningRate, scale);
            });
    }

    public void Dispose()
    {
        _wide?.Dispose();
        foreach (var shard in _shards)
            shard.Dispose();
        foreach (var buffer in _ownGradients)
            buffer.Dispose();
    }

    private static ReadOnlyMemory<int> Part(ReadOnlyMemory<int> batch, int part, int parts) =>
        batch[(part * batch.Length / parts)..((part + 1) * batch.Length / parts)];

    private static void Read(Shard shard, ReadOnlyMemory<int> indices, int from, int to, int epoch)
    {
        for (var i = from; i < to; i++)
            shard.Read(i, indices.Span[i], epoch);
    }

    private void EachSlice(Action<int> work) => _pool.Run(_optimizer.Count, slice =>
    {
        using var scope = torch.NewDisposeScope();
        work(slice);
    });

    private void SumShards(int slice)
    {
        if (_shards.Length == 1)
            return;
        var (start, length) = _optimizer.Range(slice);
        Tensor[] parts = [.. _shards.Select(shard => shard.Gradients.narrow(0, start, length))];
        FlatBuffers.Sum(parts[0], parts);
    }

    private void Step(int slice, double learningRate, double scale)
    {
        _optimizer.Step(slice, learningRate, scale);
        var (start, length) = _optimizer.Range(slice);
        foreach (var shard in _shards)
            shard.Gradients.narrow(0, start, length).zero_();
    }
}
