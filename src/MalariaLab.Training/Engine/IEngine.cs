using MalariaLab.Training.Architectures;
using MalariaLab.Training.Loss;

namespace MalariaLab.Training.Engine;

/// <summary>Where a training computes. Calls come from one thread.</summary>
internal interface IEngine : IDisposable
{
    /// <summary>Device, library and threads in words for people.</summary>
    string Description { get; }

    /// <summary>True when <see cref="Sum"/> costs nothing; false when it waits for a device.</summary>
    bool SumIsAtHand { get; }

    /// <summary>An epoch begins, from 1, with the training images in this order.</summary>
    void Begin(int[] order, int epoch);

    /// <summary>Adds the gradients of one batch, divided by its size; where the sum is at hand, not those of a loss that is not finite.</summary>
    /// <param name="first">Position in the order.</param>
    /// <param name="count">Images of the batch.</param>
    void Accumulate(int first, int count);

    /// <summary>One optimizer step with the gradients of <paramref name="batches"/> batches, then forgets them.</summary>
    void Update(double learningRate, int batches);

    /// <summary>Loss and right answers since the epoch began.</summary>
    BatchLoss Sum();

    /// <summary>Class probabilities of samples, row by row, and their loss, smoothed like the training's but without class weights.</summary>
    /// <param name="weights">Weights to score with.</param>
    /// <param name="indices">Manifest positions.</param>
    /// <param name="views">Test-time views whose probabilities are averaged; the loss is that of the first.</param>
    /// <param name="augmentedEpoch">Scores the images as this epoch's training would see them instead; null for the plain images.</param>
    /// <param name="onChunk">Told the number of samples after each chunk, from any thread.</param>
    /// <param name="cancellation">Checked before every chunk.</param>
    (float[] Probabilities, BatchLoss Loss) Score(
        NetworkWeights weights, IReadOnlyList<int> indices, int views, int? augmentedEpoch, Action<int> onChunk, CancellationToken cancellation);
}
