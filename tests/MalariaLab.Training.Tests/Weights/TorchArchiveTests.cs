using System.IO.Compression;
using MalariaLab.Training.Weights;
using MalariaLab.Training.Weights.Formats;
using Xunit;

namespace MalariaLab.Training.Tests.Weights;

public sealed class TorchArchiveTests : IDisposable
{
    private readonly string _mutant = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.pth");

    public void Dispose() => File.Delete(_mutant);

    [Theory]
    [InlineData("zip.pth")]
    [InlineData("legacy.pth")]
    public void Open_StateDictionary_GivesEveryTensorAsSaved(string file)
    {
        using var archive = WeightsArchive.Open(Fixture.Path(file), file);

        Assert.Equal("pth", archive.Format);
        Assert.Equal(["conv1.weight", "conv1.bias", "half", "bfloat16", "double", "count", "transposed", "slice"], archive.Tensors.Select(t => t.Name));
        Assert.Equal([2L, 3, 2, 2], archive.Tensors[0].Shape);
        Assert.Equal(Enumerable.Range(0, 24).Select(i => i / 4f), archive.Read("conv1.weight"));
        Assert.Equal([-1.5f, 2.25f], archive.Read("conv1.bias"));
        Assert.Equal([0.5f, -2, 65504], archive.Read("half"));
        Assert.Equal([1f, -3], archive.Read("bfloat16"));
        Assert.Equal([1e-3f, 2], archive.Read("double"));
        Assert.Equal([7f], archive.Read("count"));
        Assert.Equal([0f, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11], archive.Read("transposed"));
        Assert.Equal([5f, 6, 9, 10], archive.Read("slice"));
    }

    [Theory]
    [InlineData("wrapped.pth")]
    [InlineData("parallel.pth")]
    public void Open_CheckpointAroundParametersOrOfDataParallel_GivesTheNamesOfTheNetworkItself(string file)
    {
        using var archive = WeightsArchive.Open(Fixture.Path(file), file);

        Assert.Equal(["fc.weight", "fc.bias"], archive.Tensors.Select(t => t.Name));
        Assert.Equal([3f, 4], archive.Read("fc.weight"));
        Assert.Equal([5f], archive.Read("fc.bias"));
    }

    [Theory]
    [InlineData("evil.pth", "posix.system")]
    [InlineData("module.pth", "torch.nn.modules.linear.Linear")]
    public void Open_PickleThatNeedsMoreThanTensors_IsRefusedByName(string file, string name)
    {
        var refusal = Assert.Throws<WeightsException>(() => WeightsArchive.Open(Fixture.Path(file), file));

        Assert.Contains(file, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(name, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("not read: save model.state_dict()", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_CompressedRecord_IsRefused()
    {
        using (var original = ZipFile.OpenRead(Fixture.Path("zip.pth")))
        using (var zip = ZipFile.Open(_mutant, ZipArchiveMode.Create))
            foreach (var entry in original.Entries)
                using (var source = entry.Open())
                using (var target = zip.CreateEntry(entry.FullName, CompressionLevel.SmallestSize).Open())
                    source.CopyTo(target);
        using var archive = WeightsArchive.Open(_mutant, "packed.pth");

        Assert.Contains("packed.pth has the compressed record data/", Assert.Throws<WeightsException>(() => archive.Read("conv1.weight")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zip.pth")]
    [InlineData("legacy.pth")]
    [InlineData("wrapped.pth")]
    public void Open_MutatedFile_EitherReadsOrRefusesWithASentence(string file)
    {
        const long allowedBytes = 256 << 20;
        var original = File.ReadAllBytes(Fixture.Path(file));
        var random = new Random(7);
        var refused = 0;
        for (var round = 0; round < 2500; round++)
        {
            File.WriteAllBytes(_mutant, Mutate(original, random));
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                using var archive = WeightsArchive.Open(_mutant, "mutant.pth");
                foreach (var tensor in archive.Tensors)
                    Assert.Equal(tensor.Count, archive.Read(tensor).Length);
            }
            catch (WeightsException e)
            {
                Assert.EndsWith(".", e.Message, StringComparison.Ordinal);
                refused++;
            }
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < allowedBytes, $"Round {round} allocated {allocated} bytes.");
        }
        Assert.InRange(refused, 1, 2499);
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        var bytes = (byte[])original.Clone();
        switch (random.Next(5))
        {
            case 0:
                return bytes[..random.Next(bytes.Length)];
            case 1:
                var (from, length) = (random.Next(bytes.Length), random.Next(1, 64));
                return [.. bytes[..from], .. bytes.AsSpan(from, Math.Min(length, bytes.Length - from)), .. bytes[from..]];
            case 2:
                var at = random.Next(bytes.Length - 8);
                BitConverter.TryWriteBytes(bytes.AsSpan(at), random.NextInt64() >> random.Next(63));
                return bytes;
            default:
                for (var i = random.Next(1, 6); i > 0; i--)
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                return bytes;
        }
    }
}
