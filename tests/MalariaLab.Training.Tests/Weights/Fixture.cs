using MalariaLab.Training.Weights.Formats;

namespace MalariaLab.Training.Tests.Weights;

/// <summary>Small files that PyTorch 1.13 wrote.</summary>
internal static class Fixture
{
    public static string Path(string name) => System.IO.Path.Combine(AppContext.BaseDirectory, "Weights", "Fixtures", name);

    public static float[] Read(this WeightsArchive archive, string name) => archive.Read(archive.Tensors.Single(t => t.Name == name));
}

/// <summary>Tensors that exist in memory only: element i of the tensor at position t is t + i/2²⁰.</summary>
internal sealed class ComputedArchive(params (string Name, long[] Shape)[] tensors) : WeightsArchive("computed")
{
    public override string Format => "computed";

    public override IReadOnlyList<WeightsTensor> Tensors { get; } = [.. tensors.Select(t => new WeightsTensor(t.Name, t.Shape))];

    public static float Value(int tensor, long element) => tensor + element / (float)(1 << 20);

    public override float[] Read(WeightsTensor tensor)
    {
        var position = Tensors.ToList().IndexOf(tensor);
        var values = new float[tensor.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = Value(position, i);
        return values;
    }

    protected override void Dispose(bool disposing)
    {
    }
}
