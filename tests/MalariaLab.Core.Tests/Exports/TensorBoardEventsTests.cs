using System.Buffers.Binary;
using System.Text;
using MalariaLab.Core.Exports;
using MalariaLab.Core.Runs;
using Xunit;

namespace MalariaLab.Core.Tests.Exports;

/// <summary>Reads event files back as TensorBoard does: record by record, every checksum proven.</summary>
public sealed class TensorBoardEventsTests
{
    private static readonly DateTimeOffset Begin = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Events_OfTwoEpochs_HoldEveryScalarWithStepAndTime()
    {
        var events = Read(await Write(
            new() { Epoch = 1, TrainLoss = 0.7, TrainAccuracy = 0.5, ValLoss = 0.6, ValAccuracy = 0.55, LearningRate = 0.001, Seconds = 9, ImagesPerSecond = 540 },
            new() { Epoch = 300, TrainLoss = 0.25, TrainAccuracy = 0.9, ValLoss = null, ValAccuracy = null, LearningRate = 0.0005, Seconds = 8, ImagesPerSecond = double.NaN }));

        Assert.Equal("brain.Event:2", events[0].Version);
        Assert.Equal(Begin.ToUnixTimeSeconds(), events[0].WallTime);
        Assert.Equal([1L, 300L], events.Skip(1).Select(e => e.Step));
        Assert.Equal(Begin.ToUnixTimeSeconds() + 9, events[1].WallTime);
        Assert.Equal(
            new()
            {
                ["loss/train"] = 0.7f,
                ["loss/validation"] = 0.6f,
                ["accuracy/train"] = 0.5f,
                ["accuracy/validation"] = 0.55f,
                ["learning_rate"] = 0.001f,
                ["speed/seconds_per_epoch"] = 9,
                ["speed/images_per_second"] = 540,
            },
            events[1].Scalars);
        // What is undefined is left out: TensorBoard would draw a zero.
        Assert.Equal(["loss/train", "accuracy/train", "learning_rate", "speed/seconds_per_epoch"], events[2].Scalars.Keys);
    }

    [Fact]
    public async Task Events_WithoutAnEpoch_AreTheVersionOnly() => Assert.Single(Read(await Write()));

    // Bytes of an encoder of its own, written in Python after the formats of TFRecord and Protocol Buffers.
    [Fact]
    public async Task Events_OfOneEpoch_AreTheBytesOfAnotherEncoder()
    {
        const string Known =
            "GAAAAAAAAACjf0siCQAAAJAKadpBGg1icmFpbi5FdmVudDoyNsyH8MMAAAAAAAAAst3tcwkAAECSCmnaQRCsAiq0AQoRCgpsb3NzL3RyYWluFQAAQD8KFgoPbG9zcy92YWxpZGF0aW9uFQAAAD8KFQ" +
            "oOYWNjdXJhY3kvdHJhaW4VAAAAPwoaChNhY2N1cmFjeS92YWxpZGF0aW9uFQAAID8KFAoNbGVhcm5pbmdfcmF0ZRVvEoM6Ch4KF3NwZWVkL3NlY29uZHNfcGVyX2Vwb2NoFQAAEEEKHgoXc3BlZWQv" +
            "aW1hZ2VzX3Blcl9zZWNvbmQVAAAHRPI3uaI=";
        var written = await Write(new EpochRecord
        {
            Epoch = 300,
            TrainLoss = 0.75,
            TrainAccuracy = 0.5,
            ValLoss = 0.5,
            ValAccuracy = 0.625,
            LearningRate = 0.001,
            Seconds = 9,
            ImagesPerSecond = 540,
        });
        Assert.Equal(Known, Convert.ToBase64String(written));
    }

    [Theory]
    [InlineData("123456789", 0xE3069283)]
    [InlineData("", 0)]
    public void Crc_OfTheReader_IsCastagnolis(string text, uint crc) => Assert.Equal(crc, Crc(Encoding.ASCII.GetBytes(text)));

    private static async Task<byte[]> Write(params EpochRecord[] epochs)
    {
        using var stream = new MemoryStream();
        await TensorBoardEvents.WriteAsync(stream, Begin, epochs.Select((e, i) => (Begin.AddSeconds(9 * (i + 1)), e)), TestContext.Current.CancellationToken);
        return stream.ToArray();
    }

    private static List<(double WallTime, long Step, string Version, Dictionary<string, float> Scalars)> Read(ReadOnlySpan<byte> file)
    {
        var events = new List<(double, long, string, Dictionary<string, float>)>();
        while (!file.IsEmpty)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
            Assert.Equal(Masked(file[..8]), BinaryPrimitives.ReadUInt32LittleEndian(file[8..]));
            var data = file.Slice(12, length);
            Assert.Equal(Masked(data), BinaryPrimitives.ReadUInt32LittleEndian(file[(12 + length)..]));
            file = file[(16 + length)..];

            var (time, step, version, scalars) = (0.0, 0L, "", new Dictionary<string, float>());
            foreach (var (field, value) in Fields(data))
                switch (field)
                {
                    case 1: time = BitConverter.ToDouble(value); break;
                    case 2: step = BitConverter.ToInt64(value); break;
                    case 3: version = Encoding.UTF8.GetString(value); break;
                    case 5:
                        foreach (var (_, scalar) in Fields(value))
                        {
                            var parts = Fields(scalar).ToDictionary(f => f.Field, f => f.Value);
                            scalars.Add(Encoding.UTF8.GetString(parts[1]), BitConverter.ToSingle(parts[2]));
                        }
                        break;
                }
            events.Add((time, step, version, scalars));
        }
        return events;
    }

    // Protocol Buffers: key (field and wire type), then a varint (0), eight bytes (1), a length with bytes (2) or four bytes (5).
    private static List<(int Field, byte[] Value)> Fields(ReadOnlySpan<byte> message)
    {
        var fields = new List<(int, byte[])>();
        while (!message.IsEmpty)
        {
            var key = Varint(ref message);
            var length = (key & 7) switch { 0 => 0, 1 => 8, 2 => (int)Varint(ref message), 5 => 4, _ => throw new FormatException($"Wire type {key & 7}.") };
            var value = (key & 7) == 0 ? BitConverter.GetBytes(Varint(ref message)) : message[..length].ToArray();
            message = message[length..];
            fields.Add(((int)(key >> 3), value));
        }
        return fields;
    }

    private static ulong Varint(ref ReadOnlySpan<byte> message)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = message[0];
            message = message[1..];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
    }

    private static uint Masked(ReadOnlySpan<byte> data)
    {
        var crc = Crc(data);
        return unchecked(((crc >> 15) | (crc << 17)) + 0xa282ead8u);
    }

    private static uint Crc(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0x82F63B78u & (0u - (crc & 1)));
        }
        return ~crc;
    }
}
