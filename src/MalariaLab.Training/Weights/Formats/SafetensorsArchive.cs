using MalariaLab.Core.Serialization;
using MalariaLab.Training.Serialization;

namespace MalariaLab.Training.Weights.Formats;

/// <summary>A safetensors file: this lab's own runs, and files converted by others.</summary>
internal sealed class SafetensorsArchive : WeightsArchive
{
    private readonly FileStream _file;
    private readonly Dictionary<string, SafetensorsEntry> _entries;

    public SafetensorsArchive(string path, string name) : base(name)
    {
        try
        {
            var header = SafetensorsHeader.Read(path, name);
            _entries = header.Entries.ToDictionary(entry => entry.Name);
            Metadata = header.Metadata;
        }
        catch (SafetensorsException e)
        {
            throw new WeightsException(e.Message);
        }
        Tensors = [.. _entries.Values.Select(entry => new WeightsTensor(entry.Name, entry.Shape))];
        _file = File.OpenRead(path);
    }

    public override string Format => "safetensors";

    public override IReadOnlyList<WeightsTensor> Tensors { get; }

    public override IReadOnlyDictionary<string, string> Metadata { get; }

    public override float[] Read(WeightsTensor tensor)
    {
        var entry = _entries[tensor.Name];
        if (tensor.Count > LargestTensor)
            throw Bad($"holds the tensor {tensor.Name} of {tensor.Count} values; at most {LargestTensor} are read");
        var values = new float[tensor.Count];
        _file.Position = entry.Offset;
        Elements.Read(_file, Safetensors.TypeOf(entry.Dtype), values);
        return values;
    }

    protected override void Dispose(bool disposing) => _file.Dispose();
}
