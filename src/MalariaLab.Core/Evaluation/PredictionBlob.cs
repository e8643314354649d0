using System.Buffers.Binary;
using System.Security.Cryptography;

namespace MalariaLab.Core.Evaluation;

/// <summary>
/// Predictions of one run and split part as bytes, images in manifest order. Layout, little-endian: "MLPB", version (int32), images n (int32),
/// classes k (int32), n·k float32 probabilities, n bytes of true classes, SHA-256 of all before it.
/// </summary>
public static class PredictionBlob
{
    private const int Version = 1;
    private const int HeaderBytes = 16;

    private static ReadOnlySpan<byte> Magic => "MLPB"u8;

    /// <summary>Writes probabilities and truth; class names, groups and image names live in the manifest.</summary>
    public static byte[] Write(Predictions predictions)
    {
        predictions.Validate();
        var (n, k) = (predictions.Count, predictions.Classes);
        var bytes = new byte[Length(n, k)];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), Version);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), n);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), k);
        var at = HeaderBytes;
        foreach (var probability in predictions.Probabilities)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(at), probability);
            at += sizeof(float);
        }
        foreach (var label in predictions.Truth) bytes[at++] = (byte)label;
        SHA256.HashData(bytes.AsSpan(0, at), bytes.AsSpan(at));
        return bytes;
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="bytes">The blob.</param>
    /// <param name="labels">Class names of the dataset version.</param>
    /// <param name="groups">Groups in manifest order; empty when not needed.</param>
    /// <param name="imageIds">Image names in manifest order; empty when not needed.</param>
    /// <exception cref="ExplainedException">The bytes are damaged, or do not belong to this dataset.</exception>
    public static Predictions Read(ReadOnlySpan<byte> bytes, IReadOnlyList<string> labels, IReadOnlyList<string?>? groups = null, IReadOnlyList<string>? imageIds = null)
    {
        if (bytes.Length < HeaderBytes || !bytes[..4].SequenceEqual(Magic))
            throw new ExplainedException("The stored predictions do not begin as predictions do; evaluate the run again.");
        var version = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        if (version != Version)
            throw new ExplainedException($"The stored predictions have format {version}, this program reads {Version}; use the program that wrote them or evaluate the run again.");
        var n = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        var k = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]);
        if (n < 0 || k is < 2 or > Predictions.MaxClasses || bytes.Length != Length(n, k)
            || !SHA256.HashData(bytes[..^SHA256.HashSizeInBytes]).AsSpan().SequenceEqual(bytes[^SHA256.HashSizeInBytes..]))
            throw new ExplainedException("The stored predictions are damaged (their checksum does not match); evaluate the run again.");
        if (k != labels.Count)
            throw new ExplainedException($"The stored predictions are for {k} classes, the dataset has {labels.Count}.");

        var probabilities = new float[n * k];
        for (var i = 0; i < probabilities.Length; i++)
            probabilities[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(HeaderBytes + (i * sizeof(float)))..]);
        var truth = new int[n];
        for (var i = 0; i < n; i++) truth[i] = bytes[HeaderBytes + (probabilities.Length * sizeof(float)) + i];
        Predictions predictions = new() { Labels = labels, Truth = truth, Probabilities = probabilities, Groups = groups ?? [], ImageIds = imageIds ?? [] };
        try { predictions.Validate(); }
        catch (ArgumentException e) { throw new ExplainedException($"The stored predictions do not fit the dataset: {e.Message}", e); }
        return predictions;
    }

    private static long Length(int n, int k) => HeaderBytes + ((long)n * k * sizeof(float)) + n + SHA256.HashSizeInBytes;
}
