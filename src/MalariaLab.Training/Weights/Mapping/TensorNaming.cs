using MalariaLab.Core.Experiments.Architectures;
using MalariaLab.Training.Architectures;
using MalariaLab.Training.Weights.Formats;

namespace MalariaLab.Training.Weights.Mapping;

/// <summary>A way of naming and laying out a network's tensors in files.</summary>
internal abstract class TensorNaming
{
    /// <summary>Whose names, for sentences.</summary>
    public abstract string Title { get; }

    /// <summary>The file's tensor for a slot, or null.</summary>
    public abstract WeightsTensor? Find(ParameterSlot slot);

    /// <summary>What the tensor should be called, for sentences.</summary>
    public abstract string NameOf(ParameterSlot slot);

    /// <summary>The slot's shape in the file's order of axes.</summary>
    public virtual long[] ShapeOf(ParameterSlot slot) => slot.Shape;

    /// <summary>Values in the file's order to the slot's.</summary>
    public virtual float[] Arrange(ParameterSlot slot, float[] values) => values;
}

/// <summary>This lab's own names, as in the files of its runs; layout as LibTorch's.</summary>
internal sealed class LabNaming(WeightsArchive archive) : TensorNaming
{
    private readonly Dictionary<string, WeightsTensor> _tensors = archive.Tensors.ToDictionary(tensor => tensor.Name);

    public override string Title => "names of this lab";

    public override WeightsTensor? Find(ParameterSlot slot) => _tensors.GetValueOrDefault(slot.Name);

    public override string NameOf(ParameterSlot slot) => slot.Name;
}

/// <summary>
/// torchvision's vgg19 and squeezenet1_1: <c>features.N</c>, where N counts every module, convolutions, activations and pools alike. Layout as LibTorch's.
/// </summary>
internal sealed class TorchvisionNaming(WeightsArchive archive) : TensorNaming
{
    private static readonly Dictionary<string, string> Modules = Vgg19Modules().Concat(SqueezeNetModules()).ToDictionary(pair => pair.Layer, pair => pair.Module);
    private readonly Dictionary<string, WeightsTensor> _tensors = archive.Tensors.ToDictionary(tensor => tensor.Name);

    public override string Title => "names of torchvision";

    public override WeightsTensor? Find(ParameterSlot slot) => _tensors.GetValueOrDefault(NameOf(slot));

    public override string NameOf(ParameterSlot slot)
    {
        // Both networks have layers of these names only; "conv1" is SqueezeNet's first and the first of some that torchvision doesn't have.
        return Modules.TryGetValue(slot.Layer.Name, out var module) ? $"{module}.{slot.Name[(slot.Layer.Name.Length + 1)..]}" : slot.Name;
    }

    private static IEnumerable<(string Layer, string Module)> Vgg19Modules()
    {
        var module = 0;
        foreach (var (block, convolutions) in new[] { (1, 2), (2, 2), (3, 4), (4, 4), (5, 4) })
        {
            for (var i = 1; i <= convolutions; i++, module += 2)
                yield return ($"block{block}_conv{i}", $"features.{module}");
            module++;
        }
    }

    private static IEnumerable<(string Layer, string Module)> SqueezeNetModules()
    {
        yield return ("conv1", "features.0");
        foreach (var (fire, module) in new[] { (2, 3), (3, 4), (4, 6), (5, 7), (6, 9), (7, 10), (8, 11), (9, 12) })
            foreach (var part in new[] { "squeeze1x1", "expand1x1", "expand3x3" })
                yield return ($"fire{fire}/{part}", part == "squeeze1x1" ? $"features.{module}.squeeze" : $"features.{module}.{part}");
    }
}

/// <summary>
/// Keras' layer names, in .h5 files and in safetensors made from them (with dots for slashes). What a layer calls its weights has changed over the years
/// (<c>kernel</c>, <c>conv1_W</c>, <c>uniform1</c>), so a layer's kernel and bias are told by their number of axes. Kernels lie as HWIO, dense
/// weights as (in, out).
/// </summary>
internal sealed class KerasNaming(WeightsArchive archive) : TensorNaming
{
    private readonly List<(string Path, WeightsTensor Tensor)> _tensors = [.. archive.Tensors.Select(tensor => (tensor.Name.Replace('.', '/'), tensor))];
    private readonly Dictionary<string, WeightsTensor[]> _byLayer = [];

    public override string Title => "names of Keras";

    public override WeightsTensor? Find(ParameterSlot slot)
    {
        if (!_byLayer.TryGetValue(slot.Layer.Name, out var own))
            _byLayer[slot.Layer.Name] = own = [.. _tensors.Where(t => t.Path.StartsWith(slot.Layer.Name + "/", StringComparison.Ordinal)).Select(t => t.Tensor)];
        return slot.Role switch
        {
            ParameterRole.Weight => own.FirstOrDefault(tensor => tensor.Shape.Count == slot.Shape.Length),
            ParameterRole.Bias => own.FirstOrDefault(tensor => tensor.Shape.Count == 1),
            _ => own.FirstOrDefault(tensor => tensor.Name.EndsWith(Suffix(slot), StringComparison.Ordinal)),
        };
    }

    public override string NameOf(ParameterSlot slot) => $"{slot.Layer.Name}/{Suffix(slot)}";

    public override long[] ShapeOf(ParameterSlot slot) => slot.Shape switch
    {
        [var o, var i, var h, var w] => [h, w, i, o],
        [var o, var i] => [i, o],
        _ => slot.Shape,
    };

    public override float[] Arrange(ParameterSlot slot, float[] values) => slot.Shape switch
    {
        [var o, var i, var h, var w] => OutputFirst(values, (int)o, (int)i, (int)(h * w)),
        // Inputs after Flatten count row, column, channel in both, so a transpose is all.
        [var o, var i] => OutputFirst(values, (int)o, (int)i, 1),
        _ => values,
    };

    /// <summary>[window][input][output] to [output][input][window].</summary>
    private static float[] OutputFirst(float[] values, int outputs, int inputs, int window)
    {
        var arranged = new float[values.Length];
        var next = 0;
        for (var at = 0; at < window; at++)
            for (var input = 0; input < inputs; input++)
                for (var output = 0; output < outputs; output++)
                    arranged[(output * inputs + input) * window + at] = values[next++];
        return arranged;
    }

    private static string Suffix(ParameterSlot slot) => slot.Role switch
    {
        ParameterRole.Weight => "kernel",
        ParameterRole.Bias => "bias",
        ParameterRole.Scale => "gamma",
        ParameterRole.Shift => "beta",
        ParameterRole.RunningMean => "moving_mean",
        _ => "moving_variance",
    };
}
