using MalariaLab.Core.Experiments.Architectures;
using MalariaLab.Torch;
using MalariaLab.Training.Data;

namespace MalariaLab.Training.Engine;

/// <summary>All samples of a run in the memory of its device, as they are stored: images as bytes, features of a frozen backbone as float32. Uploaded once.</summary>
internal sealed class DeviceSamples : IDisposable
{
    private const int Chunk = 256;
    // The rest is for weights and activations.
    private const double LargestShareOfFreeMemory = 0.6;
    private readonly ITrainingData _data;
    private readonly Device _device;
    private readonly Dictionary<int, long> _rows = [];
    private readonly Tensor _values;

    private DeviceSamples(ITrainingData data, Device device, (int Height, int Width, int Channels) shape, ScalarType type, Action<string> log)
    {
        (_data, _device, Shape, IsFeatures) = (data, device, shape, type != ScalarType.Byte);
        foreach (var part in new[] { SplitPart.Train, SplitPart.Validation, SplitPart.Test })
            foreach (var index in data.Indices(part))
                _rows.TryAdd(index, _rows.Count);
        var bytes = (long)_rows.Count * shape.Height * shape.Width * shape.Channels * type.ElementSize();
        IsResident = device.Type != DeviceType.CUDA || bytes <= LargestShareOfFreeMemory * torch.cuda.memory_stats(Math.Max(0, device.Index)).Free;
        if (!IsResident)
            log($"The images take {bytes >> 20} MB, too much for the memory of the GPU beside the network: "
                + "they stay with the processor and go over batch by batch, which is slower.");
        _values = torch.empty([_rows.Count, shape.Height, shape.Width, shape.Channels], type, IsResident ? device : torch.CPU).DetachFromDisposeScope();
    }

    private delegate ReadOnlySpan<T> Read<T>(int index);

    /// <summary>Height, width and channels of a sample.</summary>
    public (int Height, int Width, int Channels) Shape { get; }

    /// <summary>True when samples enter the head and skip the backbone.</summary>
    public bool IsFeatures { get; }

    /// <summary>False where the device has no room for the samples.</summary>
    public bool IsResident { get; }

    /// <summary>The images of every part.</summary>
    public static DeviceSamples OfImages(ITrainingData data, Device device, Action<string> log)
    {
        var samples = new DeviceSamples(data, device, (data.Size, data.Size, data.Channels), ScalarType.Byte, log);
        return samples.Fill(data.Image);
    }

    /// <summary>Cached features of every part.</summary>
    public static DeviceSamples OfFeatures(ITrainingData data, FeatureCache cache, LayerShape shape, Device device, Action<string> log)
    {
        var samples = new DeviceSamples(data, device, (shape.Height, shape.Width, shape.Channels), ScalarType.Float32, log);
        return samples.Fill(index => cache[index]);
    }

    /// <summary>Class of a sample.</summary>
    public int Label(int index) => _data.Label(index);

    /// <summary>Where samples lie, for <see cref="Gather"/>.</summary>
    public Tensor Rows(IReadOnlyList<int> indices) => torch.tensor<long>([.. indices.Select(index => _rows[index])]).to(_values.device);

    /// <summary>Manifest positions on the device.</summary>
    public Tensor Positions(IReadOnlyList<int> indices) => torch.tensor<long>([.. indices.Select(index => (long)index)]).to(_device);

    /// <summary>Classes on the device.</summary>
    public Tensor Labels(IReadOnlyList<int> indices) => torch.tensor<long>([.. indices.Select(index => (long)_data.Label(index))]).to(_device);

    /// <summary>Samples [n, height, width, channels] on the device, as they are stored.</summary>
    public Tensor Gather(Tensor rows)
    {
        var values = _values.index_select(0, rows);
        return IsResident ? values : values.to(_device);
    }

    /// <summary>Frees the samples.</summary>
    public void Dispose() => _values.Dispose();

    private DeviceSamples Fill<T>(Read<T> read)
        where T : unmanaged
    {
        var length = Shape.Height * Shape.Width * Shape.Channels;
        var buffer = new T[Chunk * length];
        foreach (var chunk in _rows.Keys.Chunk(Chunk))
        {
            using var scope = torch.NewDisposeScope();
            for (var i = 0; i < chunk.Length; i++)
                read(chunk[i]).CopyTo(buffer.AsSpan(i * length, length));
            _values.narrow(0, _rows[chunk[0]], chunk.Length)
                .copy_(torch.tensor<T>(buffer.AsSpan(0, chunk.Length * length), [chunk.Length, Shape.Height, Shape.Width, Shape.Channels]));
        }
        return this;
    }
}
