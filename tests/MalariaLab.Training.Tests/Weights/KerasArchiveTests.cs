using MalariaLab.Training.Weights;
using MalariaLab.Training.Weights.Formats;
using Xunit;

namespace MalariaLab.Training.Tests.Weights;

public sealed class KerasArchiveTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("keras-test-").FullName;

    private string File => Path.Combine(_folder, "weights.h5");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("")]
    [InlineData("/model_weights")]
    public void Open_LayersWithWeightNames_GivesEachTensorUnderItsLayer(string root)
    {
        using (var writer = new Hdf5Writer(File))
        {
            writer.Group(root.Length == 0 ? "/" : root, "layer_names", "conv1", "relu");
            writer.Group(root + "/conv1", "weight_names", "kernel:0", "bias:0");
            writer.Group(root + "/relu", "weight_names");
            writer.Array(root + "/conv1/kernel:0", [1, 1, 3, 2], [1, 2, 3, 4, 5, 6]);
            writer.Array(root + "/conv1/bias:0", [2], [7, 8]);
        }

        using var archive = WeightsArchive.Open(File, "weights.h5");

        Assert.Equal(["conv1/kernel [1, 1, 3, 2]", "conv1/bias [2]"], archive.Tensors.Select(t => $"{t.Name} {WeightsTensor.Text(t.Shape)}"));
        Assert.Equal([1f, 2, 3, 4, 5, 6], archive.Read("conv1/kernel"));
        Assert.Equal([7f, 8], archive.Read("conv1/bias"));
    }

    [Fact]
    public void Open_SoftLink_IsRefused() => AssertRefused("links aren't followed", writer =>
    {
        writer.Array("/elsewhere", [2], [1, 2]);
        writer.SoftLink("/elsewhere", "/conv1/bias");
    });

    [Fact]
    public void Open_LinkIntoAnotherFile_IsRefused()
    {
        using (var other = new Hdf5Writer(Path.Combine(_folder, "other.h5")))
            other.Array("/secret", [2], [1, 2]);

        AssertRefused("links aren't followed", writer => writer.ExternalLink("other.h5", "/secret", "/conv1/bias"));
    }

    [Fact]
    public void Open_ValuesInAnotherFile_AreRefused()
    {
        System.IO.File.WriteAllBytes(Path.Combine(_folder, "secret"), new byte[8]);

        AssertRefused("in another file", writer => writer.Array("/conv1/bias", [2], null, elsewhere: Path.Combine(_folder, "secret")));
    }

    [Fact]
    public void Open_HugeArrayWithoutValues_IsRefused()
    {
        AssertRefused("more than", writer => writer.Array("/conv1/bias", [1UL << 40], null));
        AssertRefused("holds no values", writer => writer.Array("/conv1/bias", [1 << 20], null));
    }

    [Fact]
    public void Open_MissingWeight_IsNamed() => AssertRefused("conv1/bias, which is not there", _ => { });

    [Fact]
    public void Open_Hdf5OfSomethingElse_SaysWhatIsMissing()
    {
        using (var writer = new Hdf5Writer(File))
            writer.Array("/pixels", [2], [1, 2]);

        Assert.Contains("without layer_names", Assert.Throws<WeightsException>(() => WeightsArchive.Open(File, "weights.h5")).Message, StringComparison.Ordinal);
    }

    private void AssertRefused(string because, Action<Hdf5Writer> write)
    {
        using (var writer = new Hdf5Writer(File))
        {
            writer.Group("/", "layer_names", "conv1");
            writer.Group("/conv1", "weight_names", "bias");
            write(writer);
        }

        var refusal = Assert.Throws<WeightsException>(() => WeightsArchive.Open(File, "weights.h5"));

        Assert.StartsWith("weights.h5 ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(because, refusal.Message, StringComparison.Ordinal);
    }
}
