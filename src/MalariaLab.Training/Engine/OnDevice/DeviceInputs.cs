using MalariaLab.Imaging.Augmentation;
using MalariaLab.Torch;
using static MalariaLab.Torch.torch.nn;

namespace MalariaLab.Training.Engine;

/// <summary>
/// From stored bytes to network input, a batch at a time on any device: the changes of <see cref="ImageAugmenter"/> in its order and from the same random
/// streams, then the scaling. Equal to it up to rounding.
/// </summary>
internal sealed class DeviceInputs : IDisposable
{
    // Reading between pixels rounds in float32: what the processor reads as 17 may come out a hair below, which floor must not make 16.
    private const double Hair = 1.0 / 1024;
    private readonly AugmentationSpec _spec;
    private readonly TransformTable _table;
    private readonly long _seed;
    private readonly Device _device;
    private readonly bool _blueFirst;
    private readonly Tensor _factors;
    private readonly Tensor _offsets;
    private readonly Tensor _axis;
    private readonly Tensor _pixels;
    private readonly Tensor _grey;

    public DeviceInputs(AugmentationSpec spec, PreprocessingSpec preprocessing, int size, int channels, long seed, Device device)
    {
        (_spec, _table, _seed, _device) = (spec, new TransformTable(spec, size), seed, device);
        var scaler = new PixelScaler(preprocessing.Scaling, channels);
        _blueFirst = scaler.BlueFirst;
        (_factors, _offsets) = (Row(scaler.Factors), Row(scaler.Offsets));
        _grey = Row(channels == 3 ? [0.299f, 0.587f, 0.114f] : [1f]);
        _axis = torch.linspace(-1, 1, size, ScalarType.Float32, device).DetachFromDisposeScope();
        _pixels = torch.arange(size, ScalarType.Float32, device).DetachFromDisposeScope();

        Tensor Row(float[] values) => torch.tensor<float>(values.AsSpan(), [1, values.Length, 1, 1]).to(device).DetachFromDisposeScope();
    }

    /// <summary>The drawn changes of training images in an epoch, one row each, on the device; null where images are not changed.</summary>
    public Tensor? Draw(IReadOnlyList<int> indices, int epoch)
    {
        if (_spec.IsNone)
            return null;
        var rows = new float[indices.Count * _table.Columns];
        Parallel.For(0, indices.Count, i => _table.Draw(_seed, epoch, indices[i], rows.AsSpan(i * _table.Columns, _table.Columns)));
        return torch.tensor<float>(rows.AsSpan(), [indices.Count, _table.Columns]).to(_device);
    }

    /// <summary>Images [n, height, width, channels] of bytes to inputs [n, channels, height, width], channels-last.</summary>
    /// <param name="images">Pixels.</param>
    /// <param name="changes">Rows of <see cref="Draw"/>; null for the plain images.</param>
    public Tensor Prepare(Tensor images, Tensor? changes)
    {
        var x = images.permute(0, 3, 1, 2).to(ScalarType.Float32);
        return Scale(changes is null ? x : Change(x, changes));
    }

    /// <summary>A test-time view of images, 0 the plain one.</summary>
    public Tensor View(Tensor images, int view)
    {
        var x = images.permute(0, 3, 1, 2).to(ScalarType.Float32);
        var transform = ImageTransform.View(view);
        x = transform.FlipHorizontal ? x.flip(3) : x;
        return Scale(transform.QuarterTurns > 0 ? x.rot90(transform.QuarterTurns, [2, 3]) : x);
    }

    public void Dispose()
    {
        foreach (var tensor in new[] { _factors, _offsets, _axis, _pixels, _grey })
            tensor.Dispose();
    }

    private Tensor Scale(Tensor x) => (_blueFirst ? x.flip(1) : x).mul(_factors).add_(_offsets).contiguous(MemoryFormat.ChannelsLast);

    private Tensor Change(Tensor x, Tensor changes)
    {
        if (_table.HasMap)
            x = Warp(x, changes);
        if (_spec.Brightness > 0)
            x = x.add(Hair).floor_().mul_(Column(changes, TransformTable.Brightness)).clamp_(0, 255).floor_();
        if (_spec.Contrast > 0)
        {
            var factor = Column(changes, TransformTable.Contrast);
            var mean = x.mul(_grey).sum([1], keepdim: true).mean([2, 3], keepdim: true);
            x = x.mul(factor).add_(mean.mul(factor.mul(-1).add_(1))).clamp_(0, 255);
        }
        if ((_spec.Saturation > 0 || _spec.Hue > 0) && x.size(1) == 3)
            x = Recolour(x, changes);
        if (_spec.BlurSigma > 0)
            x = Blur(Blur(x, changes, 2), changes, 3);
        return _spec.CutOut > 0 ? CutOut(x, changes) : x;
    }

    private Tensor Warp(Tensor x, Tensor changes)
    {
        var (columns, rows) = (_axis.view(1, 1, -1), _axis.view(1, -1, 1));
        // Not a matrix product: its TF32 form would be off by pixels.
        Tensor Axis(int first) => Value(changes, first).mul(columns).add(Value(changes, first + 1).mul(rows)).add_(Value(changes, first + 2));
        var grid = torch.stack([Axis(TransformTable.Map), Axis(TransformTable.Map + 3)], -1);
        x = functional.grid_sample(x, grid, GridSampleMode.Bilinear, GridSamplePaddingMode.Border, align_corners: true);
        return _table.HasAffine ? x : x.round();
    }

    private static Tensor Recolour(Tensor x, Tensor changes)
    {
        var matrix = changes.narrow(1, TransformTable.Colour, 9).view(-1, 3, 3);
        Tensor From(int channel) => x.narrow(1, channel, 1).mul(matrix.select(2, channel).unsqueeze(-1).unsqueeze(-1));
        return From(0).add_(From(1)).add_(From(2)).clamp_(0, 255);
    }

    private Tensor Blur(Tensor x, Tensor changes, int axis)
    {
        var (radius, size) = (_table.BlurRadius, x.size(axis));
        var padded = axis == 2 ? Replicate(x, 2) : Replicate(x, 3);
        var sum = x.mul(Column(changes, TransformTable.Blur));
        for (var k = 1; k <= radius; k++)
            sum = sum.add_(padded.narrow(axis, radius - k, size).add(padded.narrow(axis, radius + k, size)).mul_(Column(changes, TransformTable.Blur + k)));
        return sum;
    }

    private Tensor Replicate(Tensor x, int axis)
    {
        var shape = new long[] { -1, -1, -1, -1 };
        shape[axis] = _table.BlurRadius;
        return torch.cat([x.narrow(axis, 0, 1).expand(shape), x, x.narrow(axis, x.size(axis) - 1, 1).expand(shape)], axis);
    }

    private Tensor CutOut(Tensor x, Tensor changes)
    {
        Tensor Inside(int first) => _pixels.view(1, -1).ge(changes.narrow(1, first, 1)).logical_and(_pixels.view(1, -1).lt(changes.narrow(1, first + 1, 1)));
        var rows = Inside(TransformTable.CutOut).unsqueeze(1).unsqueeze(-1);
        var columns = Inside(TransformTable.CutOut + 2).unsqueeze(1).unsqueeze(1);
        return x.masked_fill(rows.logical_and(columns), TransformTable.CutOutValue);
    }

    /// <summary>A column as [n, 1, 1].</summary>
    private static Tensor Value(Tensor changes, int column) => changes.narrow(1, column, 1).unsqueeze(-1);

    /// <summary>A column as [n, 1, 1, 1].</summary>
    private static Tensor Column(Tensor changes, int column) => Value(changes, column).unsqueeze(-1);
}
