using System.Buffers.Binary;
using System.Numerics;
using MalariaLab.Core.Runs;
using MalariaLab.Core.Serialization;

namespace MalariaLab.Core.Exports;

/// <summary>
/// A run's history as a TensorBoard event file: records of length, CRC, event, CRC (TFRecord), one event an epoch.
/// https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/proto/event.proto
/// </summary>
public static class TensorBoardEvents
{
    /// <summary>Writes the events.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="begin">When the first epoch began.</param>
    /// <param name="epochs">Epochs in order, each with the time of its end.</param>
    /// <param name="ct">Cancels between records.</param>
    public static async Task WriteAsync(Stream target, DateTimeOffset begin, IEnumerable<(DateTimeOffset End, EpochRecord Record)> epochs, CancellationToken ct)
    {
        await target.WriteAsync(Frame(Event(begin).Text(3, "brain.Event:2")), ct);
        foreach (var (end, record) in epochs)
            await target.WriteAsync(Frame(Event(end).Integer(2, record.Epoch).Message(5, summary =>
            {
                foreach (var (tag, value) in Scalars(record))
                    if (value is { } number && double.IsFinite(number))
                        summary.Message(1, scalar => scalar.Text(1, tag).Float(2, (float)number));
            })), ct);
    }

    private static IEnumerable<(string Tag, double? Value)> Scalars(EpochRecord epoch) =>
    [
        ("loss/train", epoch.TrainLoss), ("loss/validation", epoch.ValLoss), ("accuracy/train", epoch.TrainAccuracy), ("accuracy/validation", epoch.ValAccuracy),
        ("learning_rate", epoch.LearningRate), ("speed/seconds_per_epoch", epoch.Seconds), ("speed/images_per_second", epoch.ImagesPerSecond),
    ];

    private static ProtobufWriter Event(DateTimeOffset at) => new ProtobufWriter().Double(1, (at - DateTimeOffset.UnixEpoch).TotalSeconds);

    private static byte[] Frame(ProtobufWriter message)
    {
        var data = message.ToArray();
        var frame = new byte[sizeof(ulong) + sizeof(uint) + data.Length + sizeof(uint)];
        BinaryPrimitives.WriteInt64LittleEndian(frame, data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(8), MaskedCrc(frame.AsSpan(0, 8)));
        data.CopyTo(frame, 12);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(12 + data.Length), MaskedCrc(data));
        return frame;
    }

    /// <summary>CRC-32C, turned and shifted so that a checksum of data with checksums stays good.</summary>
    private static uint MaskedCrc(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data) crc = BitOperations.Crc32C(crc, value);
        return BitOperations.RotateRight(~crc, 15) + 0xa282ead8;
    }
}
