using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MalariaLab.Core.Experiments.Architectures;
using MalariaLab.Torch;
using MalariaLab.Training.Architectures;
using MalariaLab.Training.Serialization;

namespace MalariaLab.Training.Data;

/// <summary>
/// Outputs of a frozen backbone for every image, computed once and kept in a file named by what they follow from: weights, images and preprocessing.
/// Training the head on them is the same as training it behind the backbone, as long as images are not augmented.
/// </summary>
internal sealed unsafe class FeatureCache : IDisposable
{
    private const int Chunk = 32;
    private const int HashBytes = 32;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;

    private FeatureCache(string path, int length)
    {
        Length = length;
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
    }

    /// <summary>Values an image.</summary>
    public int Length { get; }

    /// <summary>Features of an image, [row][column][channel].</summary>
    public ReadOnlySpan<float> this[int index] => new((float*)(_start + HashBytes) + (long)index * Length, Length);

    /// <summary>Length of the file for so many images.</summary>
    public static long Bytes(NetworkGraph graph, int count) => HashBytes + count * graph.Features.Shape.Elements * sizeof(float);

    /// <summary>Opens the cache, computing it first where it is absent or damaged.</summary>
    /// <param name="folder">Holds the caches of all runs.</param>
    /// <param name="folderBytes">What it may hold; the longest unused go first.</param>
    /// <param name="spec">What is trained.</param>
    /// <param name="images">Reads the images.</param>
    /// <param name="count">Number of images.</param>
    /// <param name="weights">The frozen weights, on the device that computes.</param>
    /// <param name="each">Does items 0 … count − 1, side by side where that pays.</param>
    /// <param name="precision">float32, or bfloat16 by autocast.</param>
    /// <param name="log">Told where the features come from.</param>
    /// <param name="onImages">Told how many more are done.</param>
    /// <param name="cancellation">Checked between chunks.</param>
    public static FeatureCache Open(string folder, long folderBytes, ExperimentSpec spec, ImageFeed images, int count, NetworkWeights weights,
        Action<int, Action<int>> each, ScalarType precision, Action<string> log, Action<int> onImages, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        var length = checked((int)weights.Layout.Graph.Features.Shape.Elements);
        var path = Path.Combine(folder, Key(spec, weights, precision) + ".features");
        var bytes = Bytes(weights.Layout.Graph, count);
        if (IsSound(path, bytes))
        {
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
            log($"The backbone is frozen and images are not augmented: its features of {count} images come from the cache.");
        }
        else
        {
            MakeRoom(folder, folderBytes - bytes);
            Compute(path, images, count, length, weights, each, precision, onImages, cancellation);
            log($"The backbone is frozen and images are not augmented: its features of {count} images were computed once ({bytes >> 20} MB).");
        }
        return new FeatureCache(path, length);
    }

    /// <summary>Unmaps the file.</summary>
    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    private static string Key(ExperimentSpec spec, NetworkWeights weights, ScalarType precision)
    {
        using var scope = torch.NewDisposeScope();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var network = spec.Architecture;
        var text = JsonSerializer.Serialize(
            new { spec.Data.DatasetHash, network.BackboneKey, network.Size, network.Channels, spec.Preprocessing, precision }, SpecJson.Options);
        hash.AppendData(Encoding.UTF8.GetBytes(text));
        hash.AppendData(MemoryMarshal.AsBytes(weights.Fixed.cpu().data<float>()));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static bool IsSound(string path, long bytes)
    {
        if (!File.Exists(path) || new FileInfo(path).Length != bytes)
            return false;
        using var file = File.OpenRead(path);
        Span<byte> expected = stackalloc byte[HashBytes];
        file.ReadExactly(expected);
        return SHA256.HashData(file).AsSpan().SequenceEqual(expected);
    }

    private static void MakeRoom(string folder, long most)
    {
        Leftovers.Delete(folder, "*.features.*.tmp");
        var files = new DirectoryInfo(folder).GetFiles("*.features").OrderBy(file => file.LastWriteTimeUtc).ToList();
        for (var used = files.Sum(file => file.Length); used > most && files.Count > 0; files.RemoveAt(0))
        {
            used -= files[0].Length;
            files[0].Delete();
        }
    }

    private static void Compute(string path, ImageFeed images, int count, int length, NetworkWeights weights, Action<int, Action<int>> each, ScalarType precision,
        Action<int> onImages, CancellationToken cancellation)
    {
        var temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.ReadWrite))
            using (var network = new Network(weights))
            {
                file.SetLength(HashBytes + (long)count * length * sizeof(float));
                each((count + Chunk - 1) / Chunk, chunk =>
                {
                    cancellation.ThrowIfCancellationRequested();
                    var (first, size) = (chunk * Chunk, Math.Min(Chunk, count - chunk * Chunk));
                    var features = Features(network, images, first, size, weights.Fixed.device, precision);
                    RandomAccess.Write(file.SafeFileHandle, MemoryMarshal.AsBytes(features.AsSpan()), HashBytes + (long)first * length * sizeof(float));
                    onImages(size);
                });
                file.Position = HashBytes;
                var hash = SHA256.HashData(file);
                file.Position = 0;
                file.Write(hash);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static float[] Features(Network network, ImageFeed images, int first, int size, Device device, ScalarType precision)
    {
        using var scope = torch.NewDisposeScope();
        using var inference = torch.inference_mode();
        var (height, width, channels) = images.Shape;
        var input = torch.empty([size, height, width, channels]);
        var reader = images.NewReader();
        for (var i = 0; i < size; i++)
            reader.Read(first + i, 0, input.data<float>().Slice(i * images.SampleLength, images.SampleLength));
        using var autocast = precision == ScalarType.BFloat16 ? torch.autocast(device.Type) : null;
        return network.Features(input.permute(0, 3, 1, 2).to(device)).permute(0, 2, 3, 1).to(ScalarType.Float32).contiguous().ToArray<float>();
    }
}

/// <summary>Cached features as samples of the head.</summary>
internal sealed class FeatureFeed(ITrainingData data, FeatureCache cache, LayerShape shape) : SampleFeed(data)
{
    /// <inheritdoc/>
    public override (int Height, int Width, int Channels) Shape => (shape.Height, shape.Width, shape.Channels);

    /// <inheritdoc/>
    public override bool IsFeatures => true;

    /// <inheritdoc/>
    public override ISampleReader NewReader() => new Reader(cache);

    private sealed class Reader(FeatureCache cache) : ISampleReader
    {
        public void ReadTraining(int index, int epoch, Span<float> target) => cache[index].CopyTo(target);

        public void Read(int index, int view, Span<float> target) => cache[index].CopyTo(target);
    }
}
