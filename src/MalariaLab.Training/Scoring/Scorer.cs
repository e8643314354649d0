using System.Collections.Concurrent;
using MalariaLab.Torch;
using MalariaLab.Training.Architectures;
using MalariaLab.Training.Data;
using MalariaLab.Training.Engine;
using MalariaLab.Training.Loss;

namespace MalariaLab.Training.Scoring;

/// <summary>Scores samples with given weights, a fixed number at a time on each thread, so that the bits do not depend on the thread count.</summary>
internal sealed class Scorer(SampleFeed feed, ShardPool pool, CrossEntropy loss)
{
    private const int Chunk = 32;
    private readonly ConcurrentBag<ISampleReader> _readers = [];
    private readonly int _classes = loss.ClassWeights.Count;

    /// <summary>Class probabilities and sums of loss and right answers.</summary>
    /// <param name="weights">Weights to score with.</param>
    /// <param name="indices">Manifest positions.</param>
    /// <param name="read">Writes a sample; the last argument is the view.</param>
    /// <param name="views">Views whose probabilities are averaged; the loss is that of the first.</param>
    /// <param name="cancellation">Checked before every chunk.</param>
    /// <param name="onChunk">Told the number of samples after each chunk, from any thread.</param>
    public (float[] Probabilities, BatchLoss Loss) Score(NetworkWeights weights, IReadOnlyList<int> indices, ReadSample read, int views,
        CancellationToken cancellation, Action<int>? onChunk = null)
    {
        var probabilities = new float[indices.Count * _classes];
        var chunks = (indices.Count + Chunk - 1) / Chunk;
        var losses = new BatchLoss[chunks];
        using var network = new Network(weights);
        pool.Run(chunks, chunk =>
        {
            cancellation.ThrowIfCancellationRequested();
            var first = chunk * Chunk;
            var part = indices.Skip(first).Take(Chunk).ToArray();
            losses[chunk] = ScoreChunk(network, part, read, views, probabilities.AsSpan(first * _classes, part.Length * _classes));
            onChunk?.Invoke(part.Length);
        });
        return (probabilities, losses.Aggregate(new BatchLoss(), (sum, chunk) => sum + chunk));
    }

    private BatchLoss ScoreChunk(Network network, int[] indices, ReadSample read, int views, Span<float> probabilities)
    {
        using var scope = torch.NewDisposeScope();
        using var inference = torch.inference_mode();
        var reader = _readers.TryTake(out var free) ? free : feed.NewReader();
        var (height, width, channels) = feed.Shape;
        var input = torch.empty([indices.Length, height, width, channels]);
        var logits = new float[indices.Length * loss.Units];
        var sum = new double[indices.Length * _classes];
        Span<float> row = stackalloc float[_classes];
        var sums = new BatchLoss();
        for (var view = 0; view < views; view++)
        {
            var memory = input.data<float>();
            for (var i = 0; i < indices.Length; i++)
                read(reader, indices[i], view, memory.Slice(i * feed.SampleLength, feed.SampleLength));
            var images = input.permute(0, 3, 1, 2);
            (feed.IsFeatures ? network.Head(images, ForwardPass.Inference) : network.Forward(images, ForwardPass.Inference)).CopyTo<float>(logits);
            if (view == 0)
                sums = loss.Evaluate<float>(logits, Array.ConvertAll(indices, feed.Label), 1, []);
            for (var i = 0; i < indices.Length; i++)
            {
                CrossEntropy.Probabilities(loss.Unit, logits.AsSpan(i * loss.Units, loss.Units), row);
                for (var k = 0; k < _classes; k++)
                    sum[i * _classes + k] += row[k];
            }
        }
        _readers.Add(reader);
        for (var i = 0; i < sum.Length; i++)
            probabilities[i] = (float)(sum[i] / views);
        return sums;
    }
}

/// <summary>Writes a sample for scoring.</summary>
internal delegate void ReadSample(ISampleReader reader, int index, int view, Span<float> target);
