using System.Runtime.ExceptionServices;
using MalariaLab.Torch;
using MalariaLab.Torch.Optim;
using MalariaLab.Training.Architectures;
using MalariaLab.Training.Data;
using MalariaLab.Training.Loss;
using MalariaLab.Training.Optimizers;
using MalariaLab.Training.Scoring;

namespace MalariaLab.Training.Engine;

/// <summary>
/// Training on a CPU: a batch is cut into shards, each on a single-threaded replica over shared weights, and the shards' gradients are summed in shard
/// order. The sum is the batch's gradient exactly: where batch normalisation trains, the shards meet to take the statistics of the whole batch. Since the
/// cut depends on the batch alone, the bits do not depend on the thread count.
/// </summary>
internal sealed class CpuEngine : IEngine
{
    private const int ShardsOfBatch = 4;
    private readonly ShardPool _pool;
    private readonly ShardPool? _meetingPool;
    private readonly ShardGroup? _group;
    private readonly Shard[] _shards;
    private readonly CrossEntropy _loss;
    private readonly SlicedOptimizer _optimizer;
    private readonly Tensor[] _ownGradients;
    private readonly TrainingSpec _spec;
    private readonly Scorer _scorer;
    private int[] _order = [];
    private int _epoch;
    private BatchLoss _sum;

    public CpuEngine(ShardPool pool, NetworkWeights weights, Tensor gradients, SampleFeed feed, SlicedOptimizer optimizer, CrossEntropy loss, TrainingSpec spec)
    {
        (_pool, _loss, _optimizer, _spec) = (pool, loss, optimizer, spec);
        var shards = Math.Min(ShardsOfBatch, spec.BatchSize);
        if (weights.Layout.Slots.Any(slot => slot is { Role: ParameterRole.Scale, Trains: true }))
        {
            _group = new ShardGroup();
            // Shards that meet need a thread each; the group lets only as many of them compute at once as the pool has threads.
            if (pool.Threads < shards)
                _meetingPool = NewPool(shards);
        }
        var capacity = (spec.BatchSize + shards - 1) / shards;
        _ownGradients = [.. Enumerable.Range(1, shards - 1).Select(_ => NetworkWeights.NewBuffer(weights.Layout.TrainableLength, torch.CPU))];
        _shards = [.. _ownGradients.Prepend(gradients).Select(buffer => new Shard(weights, buffer, feed, capacity, loss.Units, spec))];
        _scorer = new Scorer(feed, pool, loss.ForScoring);
    }

    /// <inheritdoc/>
    public string Description => $"CPU, LibTorch {torch.__version__}, {_pool.Threads} threads{(_spec.Precision == Precision.BFloat16 ? ", bfloat16" : "")}";

    /// <inheritdoc/>
    public bool SumIsAtHand => true;

    /// <summary>A pool whose threads let LibTorch use one thread each.</summary>
    public static ShardPool NewPool(int threads)
    {
        // BLAS has one count a process: threads that compute side by side would queue for its threads.
        torch.set_num_threads(1);
        torch.keep_freed_memory();
        return new ShardPool(threads, () => torch.set_num_threads_of_this_thread(1));
    }

    /// <inheritdoc/>
    public void Begin(int[] order, int epoch) => (_order, _epoch, _sum) = (order, epoch, new BatchLoss());

    /// <inheritdoc/>
    public BatchLoss Sum() => _sum;

    /// <inheritdoc/>
    public (float[] Probabilities, BatchLoss Loss) Score(
        NetworkWeights weights, IReadOnlyList<int> indices, int views, int? augmentedEpoch, Action<int> onChunk, CancellationToken cancellation) =>
        _scorer.Score(weights, indices, (reader, index, view, target) =>
        {
            if (augmentedEpoch is { } epoch)
                reader.ReadTraining(index, epoch, target);
            else
                reader.Read(index, view, target);
        }, views, cancellation, onChunk);

    /// <inheritdoc/>
    public void Accumulate(int first, int samples)
    {
        ReadOnlyMemory<int> batch = _order.AsMemory(first, samples);
        var count = Math.Min(_shards.Length, batch.Length);
        if (_group is null)
            _pool.Run(count, s =>
            {
                Forward(batch, s, count);
                if (double.IsFinite(_shards[s].Loss.Sum))
                    _shards[s].Backward();
            });
        else
            Meet(_group, batch, count);
        // The shards' sum first: an epoch's loss is the sum of its batches'.
        _sum += _shards.Take(count).Aggregate(new BatchLoss(), (sum, shard) => sum + shard.Loss);
        foreach (var shard in _shards)
            shard.Forget();
    }

    /// <inheritdoc/>
    public void Update(double learningRate, int batches)
    {
        var scale = 1.0 / batches;
        if (_spec.GradientClipNorm > 0)
        {
            EachSlice(SumShards);
            var norm = FlatBuffers.Norm(_shards[0].Gradients) * scale;
            scale *= norm > _spec.GradientClipNorm ? _spec.GradientClipNorm / norm : 1;
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
        _meetingPool?.Dispose();
        foreach (var shard in _shards)
            shard.Dispose();
        foreach (var buffer in _ownGradients)
            buffer.Dispose();
        _group?.Dispose();
    }

    private static ReadOnlyMemory<int> Part(ReadOnlyMemory<int> batch, int part, int parts) =>
        batch[(part * batch.Length / parts)..((part + 1) * batch.Length / parts)];

    private void Forward(ReadOnlyMemory<int> batch, int shard, int count)
    {
        var part = Part(batch, shard, count);
        for (var i = 0; i < part.Length; i++)
            _shards[shard].Read(i, part.Span[i], _epoch);
        _shards[shard].Forward(part, _epoch, _loss, batch.Length, _group, shard);
    }

    /// <summary>Forward and backward with layers at which the shards wait for each other: all of them go backward or none.</summary>
    private void Meet(ShardGroup group, ReadOnlyMemory<int> batch, int count)
    {
        group.Begin(count, _pool.Threads);
        Together(group, count, s => Forward(batch, s, count));
        if (_shards.Take(count).All(shard => double.IsFinite(shard.Loss.Sum)))
            Together(group, count, s => _shards[s].Backward());
    }

    private void Together(ShardGroup group, int count, Action<int> work)
    {
        // The others fail because one did: theirs may come to the pool first, but what happened is in the one.
        ExceptionDispatchInfo? cause = null;
        try
        {
            (_meetingPool ?? _pool).Run(count, s =>
            {
                group.Enter();
                try
                {
                    work(s);
                }
                catch (Exception e)
                {
                    Interlocked.CompareExchange(ref cause, ExceptionDispatchInfo.Capture(e), null);
                    group.Abort();
                    throw;
                }
                finally
                {
                    group.Leave();
                }
            });
        }
        catch when (cause is not null)
        {
            cause.Throw();
        }
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
