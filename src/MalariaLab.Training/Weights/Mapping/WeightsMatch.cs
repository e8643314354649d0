using MalariaLab.Training.Architectures;
using MalariaLab.Training.Weights.Formats;

namespace MalariaLab.Training.Weights.Mapping;

/// <summary>How a file's tensors lie on a network's.</summary>
internal sealed class WeightsMatch
{
    private readonly WeightsArchive _archive;
    private readonly TensorNaming _naming;
    private readonly List<(ParameterSlot Slot, WeightsTensor Tensor, ParameterSlot Source)> _pairs = [];

    private WeightsMatch(WeightsArchive archive, TensorNaming naming, IReadOnlyCollection<ParameterSlot> slots)
    {
        (_archive, _naming, Slots) = (archive, naming, slots.Count);
        foreach (var (slot, isFirst) in slots.Select((slot, i) => (slot, i == 0)))
        {
            var (tensor, shape) = (naming.Find(slot), naming.ShapeOf(slot));
            if (tensor is null)
                Difference ??= $"it lacks {naming.NameOf(slot)} {WeightsTensor.Text(shape)}";
            else if (isFirst && FirstKernel.WithOtherChannels(slot) is { } other && tensor.Shape.SequenceEqual(naming.ShapeOf(other)))
            {
                _pairs.Add((slot, tensor, other));
                Note = $"its first convolution for {other.Shape[1]} channels was turned into one for {slot.Shape[1]}";
            }
            else if (!tensor.Shape.SequenceEqual(shape))
                Difference ??= $"its {tensor.Name} has shape {WeightsTensor.Text(tensor.Shape)} where the network needs {WeightsTensor.Text(shape)}";
            else
                _pairs.Add((slot, tensor, slot));
        }
    }

    /// <summary>Whose names the file has.</summary>
    public string Naming => _naming.Title;

    /// <summary>Tensors of the network that were looked for.</summary>
    public int Slots { get; }

    /// <summary>Those of them that are there in the right shape.</summary>
    public int Found => _pairs.Count;

    /// <summary>The first tensor that is missing or has another shape, as a clause; null when all fit.</summary>
    public string? Difference { get; }

    /// <summary>What was changed to make the tensors fit, as a clause; null when nothing was.</summary>
    public string? Note { get; }

    /// <summary>The naming under which most tensors fit.</summary>
    public static WeightsMatch Best(WeightsArchive archive, IReadOnlyCollection<ParameterSlot> slots) =>
        new TensorNaming[] { new LabNaming(archive), new TorchvisionNaming(archive), new KerasNaming(archive) }
            .Select(naming => new WeightsMatch(archive, naming, slots)).MaxBy(match => match.Found)!;

    /// <summary>Values for each fitting slot, in the slot's layout.</summary>
    /// <exception cref="WeightsException">Some are not finite or can't be read.</exception>
    public IEnumerable<(ParameterSlot Slot, float[] Values)> Read()
    {
        foreach (var (slot, tensor, source) in _pairs)
        {
            var values = _archive.Read(tensor);
            if (!Array.TrueForAll(values, float.IsFinite))
                throw new WeightsException($"The tensor {tensor.Name} of the weights file holds values that are no finite numbers: training can't start from it.");
            var arranged = _naming.Arrange(source, values);
            yield return (slot, source == slot ? arranged : FirstKernel.Convert(source, slot, arranged));
        }
    }
}
