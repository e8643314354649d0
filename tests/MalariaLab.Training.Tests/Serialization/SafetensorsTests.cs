using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using MalariaLab.Core.Serialization;
using MalariaLab.Testing;
using MalariaLab.Torch;
using MalariaLab.Training.Serialization;
using Xunit;
using static MalariaLab.Torch.torch;

namespace MalariaLab.Training.Tests.Serialization;

public sealed class SafetensorsTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("safetensors");

    private string FilePath => Path.Combine(folder.FullName, "weights.safetensors");

    public void Dispose()
    {
        scope.Dispose();
        folder.Delete(recursive: true);
    }

    [Fact]
    public void Save_BesideHalvesOfOthers_DeletesTheAbandonedOneOnly()
    {
        var (dead, living) = (FilePath + ".1.tmp", FilePath + ".2.tmp");
        File.WriteAllText(dead, "half");
        File.WriteAllText(living, "half");
        File.SetLastWriteTimeUtc(dead, DateTime.UtcNow.AddDays(-1));
        Safetensors.Save(FilePath, new Dictionary<string, Tensor> { ["one"] = ones([1]) });
        Assert.Equal([FilePath, living], folder.GetFiles().Select(f => f.FullName).Order());
    }

    [Fact]
    public void Save_EveryType_LoadsBackBitForBit()
    {
        var tensors = new Dictionary<string, Tensor>
        {
            ["f64"] = randn([3, 2], float64),
            ["f32"] = randn([2, 3, 4, 5]).contiguous(MemoryFormat.ChannelsLast),
            ["f16"] = randn([4]).to(float16),
            ["bf16"] = randn([4]).to(bfloat16),
            ["i64"] = tensor([long.MinValue, 7]),
            ["i32"] = tensor([int.MaxValue]),
            ["u8"] = tensor(new byte[] { 0, 255 }),
            ["bool"] = tensor([true, false]),
            ["scalar"] = tensor(2.5f),
            ["empty"] = zeros([0, 3]),
            ["strided"] = arange(6).view(2, 3).t(),
        };

        var hash = Safetensors.Save(FilePath, tensors, new Dictionary<string, string> { ["epoch"] = "3", ["note"] = "\"é\"" });
        var loaded = Safetensors.Load(FilePath);

        Assert.Equal(tensors.Keys.Order(), loaded.Tensors.Keys.Order());
        Assert.All(tensors, t => Assert.True(t.Value.equal(loaded.Tensors[t.Key]) && t.Value.dtype == loaded.Tensors[t.Key].dtype, t.Key));
        Assert.Equal("\"é\"", loaded.Metadata["note"]);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(FilePath))), hash);
        Assert.Single(folder.GetFiles());
    }

    [Fact]
    public void Load_FileOfAnotherWriter_ReadsItsWeights()
    {
        var path = SharedFiles.Data("weights/squeezenet_v1.1_notop_keras_hwio.safetensors");

        var contents = Safetensors.Load(path);

        Assert.Equal(722_496, contents.Tensors.Values.Sum(t => t.numel()));
        Assert.All(contents.Tensors.Values, t => Assert.True(t.isfinite().all().item<byte>() == 1));
    }

    [Theory]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 4, "beyond the end")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 12, "belong to no tensor")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", 8, "needs 12 bytes, not 8")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", 8, "impossible shape")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,0]}}", 0, "impossible shape")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", 8, "impossible offsets")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, "leaves a gap")]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[2,6]}}", 6, "overlaps")]
    [InlineData("{\"a\":{\"dtype\":\"C64\",\"shape\":[1],\"data_offsets\":[0,8]}}", 8, "type C64")]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]}}", 2, "no JSON")]
    [InlineData("{\"a\":{\"shape\":[1],\"data_offsets\":[0,8]}}", 8, "no JSON")]
    [InlineData("{\"a\":[]}", 8, "no JSON")]
    [InlineData("[]", 0, "no JSON")]
    [InlineData("{\"a\"", 0, "no JSON")]
    [InlineData("{\"a\":{\"dtype\":\"BOOL\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1, "truth values")]
    public void Load_UnsoundHeader_IsRefusedWithItsReason(string header, int dataBytes, string reason)
    {
        WriteRaw(Encoding.UTF8.GetByteCount(header), header, dataBytes);

        var e = Assert.Throws<SafetensorsException>(() => Safetensors.Load(FilePath));

        Assert.StartsWith("weights.safetensors is no sound safetensors file", e.Message);
        Assert.Contains(reason, e.Message);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(-1L)]
    [InlineData(200_000_000L)]
    public void Load_HeaderLongerThanTheFile_IsRefused(long length)
    {
        WriteRaw(length, "{}", 0);

        Assert.Contains("claims", Assert.Throws<SafetensorsException>(() => SafetensorsHeader.Read(FilePath)).Message);
    }

    [Fact]
    public void Load_TruncatedAnywhere_NeverSucceeds()
    {
        Safetensors.Save(FilePath, new Dictionary<string, Tensor> { ["a"] = ones([3]), ["b"] = ones([2], float64) });
        var whole = File.ReadAllBytes(FilePath);
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(FilePath, whole[..length]);
            Assert.Throws<SafetensorsException>(() => Safetensors.Load(FilePath));
        }
    }

    [Fact]
    public void Save_ThatCantTakeItsName_LeavesNothingBehind()
    {
        Directory.CreateDirectory(FilePath);

        Assert.ThrowsAny<IOException>(() => Safetensors.Save(FilePath, new Dictionary<string, Tensor> { ["a"] = ones([3]) }));

        Assert.Empty(folder.GetFiles());
    }

    private void WriteRaw(long headerLength, string header, int dataBytes)
    {
        var bytes = new byte[8 + Encoding.UTF8.GetByteCount(header) + dataBytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, headerLength);
        Encoding.UTF8.GetBytes(header, bytes.AsSpan(8));
        bytes.AsSpan(bytes.Length - dataBytes).Fill(2);
        File.WriteAllBytes(FilePath, bytes);
    }
}
