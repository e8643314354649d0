using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MalariaLab.Imaging.Augmentation;

/// <summary>Reads an image through a map, bilinear with replicated edges, eight pixels at a time.</summary>
internal static class Warp
{
    /// <summary>Bytes that the source buffer must be longer than the image: pixels are read four bytes at a time.</summary>
    public const int Padding = 4;

    /// <summary>Exact copy through a map of whole numbers (flips and quarter turns).</summary>
    public static void Permute(ReadOnlySpan<byte> source, Planes target, AffineMap map)
    {
        var (channels, width) = (target.Channels, target.Width);
        var rowStep = ((int)map.A * width + (int)map.C) * channels;
        var columnStep = ((int)map.B * width + (int)map.D) * channels;
        var start = ((int)map.Row0 * width + (int)map.Column0) * channels;
        for (var k = 0; k < channels; k++)
            for (var r = 0; r < target.Height; r++)
            {
                var row = target.Data[k].AsSpan(r * target.RowStride, width);
                var at = start + r * rowStep + k;
                for (var c = 0; c < row.Length; c++, at += columnStep)
                    row[c] = source[at];
            }
    }

    /// <summary>Bilinear reading; <paramref name="source"/> is [row][column][channel] plus <see cref="Padding"/> bytes.</summary>
    public static void Bilinear(ReadOnlySpan<byte> source, Planes target, AffineMap map)
    {
        var (height, width, channels) = (target.Height, target.Width, target.Channels);
        ref var bytes = ref MemoryMarshal.GetReference(source);
        var lastRow = Vector256.Create((float)(height - 1));
        var lastColumn = Vector256.Create((float)(width - 1));
        var mask = Vector256.Create(255);
        for (var r = 0; r < height; r++)
        {
            var row0 = Vector256.Create((float)(map.A * r + map.Row0));
            var column0 = Vector256.Create((float)(map.C * r + map.Column0));
            for (var c = 0; c < target.RowStride; c += 8)
            {
                var columns = Vector256.Create((float)c) + Vector256.Create(0f, 1, 2, 3, 4, 5, 6, 7);
                var row = Clamp(row0 + columns * (float)map.B, lastRow);
                var column = Clamp(column0 + columns * (float)map.D, lastColumn);
                var (top, left) = (Vector256.Floor(row), Vector256.Floor(column));
                var (down, right) = (row - top, column - left);
                var topRow = Vector256.ConvertToInt32(top) * width;
                var bottomRow = Vector256.ConvertToInt32(Vector256.Min(top + Vector256<float>.One, lastRow)) * width;
                var leftColumn = Vector256.ConvertToInt32(left);
                var rightColumn = Vector256.ConvertToInt32(Vector256.Min(left + Vector256<float>.One, lastColumn));
                var topLeft = Gather(ref bytes, (topRow + leftColumn) * channels);
                var topRight = Gather(ref bytes, (topRow + rightColumn) * channels);
                var bottomLeft = Gather(ref bytes, (bottomRow + leftColumn) * channels);
                var bottomRight = Gather(ref bytes, (bottomRow + rightColumn) * channels);
                for (var k = 0; k < channels; k++)
                {
                    var shift = 8 * k;
                    var a = Vector256.ConvertToSingle((topLeft >> shift) & mask);
                    var b = Vector256.ConvertToSingle((topRight >> shift) & mask);
                    var d = Vector256.ConvertToSingle((bottomLeft >> shift) & mask);
                    var e = Vector256.ConvertToSingle((bottomRight >> shift) & mask);
                    var upper = a + (b - a) * right;
                    var lower = d + (e - d) * right;
                    (upper + (lower - upper) * down).StoreUnsafe(ref target.Data[k][r * target.RowStride + c]);
                }
            }
        }
    }

    private static Vector256<float> Clamp(Vector256<float> value, Vector256<float> top) => Vector256.Min(Vector256.Max(value, Vector256<float>.Zero), top);

    private static unsafe Vector256<int> Gather(ref byte bytes, Vector256<int> offsets)
    {
        fixed (byte* start = &bytes)
        {
            if (Avx2.IsSupported)
                return Avx2.GatherVector256((int*)start, offsets, 1);
            var values = Vector256<int>.Zero;
            for (var i = 0; i < 8; i++)
                values = values.WithElement(i, *(int*)(start + offsets[i]));
            return values;
        }
    }
}
