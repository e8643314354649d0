using System.Globalization;
using System.IO.Compression;

namespace MalariaLab.Imaging.Samples;

/// <summary>
/// The sample dataset: synthetic stained red cells of invented patients, laid out and named like the NIH set
/// (<c>cell_images/Parasitized/C12P7ThinF_IMG_…_cell_3.png</c>). The same seed gives the same pixels on every machine.
/// It is for trying the lab out; a number reached on it says nothing about malaria.
/// </summary>
public static class SampleCells
{
    /// <summary>Seed of the sample dataset that the lab offers.</summary>
    public const long DefaultSeed = 2024;

    /// <summary>Cells in the sample dataset, half of each class.</summary>
    public const int DefaultCells = 600;

    /// <summary>Patients in the sample dataset; every fourth is healthy and has uninfected cells only.</summary>
    public const int DefaultPatients = 40;

    // Share of cells with the wrong label, as a tired reader leaves them.
    private const double LabelNoise = 0.015;

    private const int StainStream = 1;
    private const int CellStream = 2;

    /// <summary>Plans the dataset; images are painted when asked for, in any order, on any thread.</summary>
    /// <param name="seed">Seed.</param>
    /// <param name="cells">Number of cells, half of each class.</param>
    /// <param name="patients">Number of patients, at least 4.</param>
    public static IReadOnlyList<SampleCell> Plan(long seed = DefaultSeed, int cells = DefaultCells, int patients = DefaultPatients)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cells, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(patients, 4);
        var stains = Enumerable.Range(0, patients).Select(p => PatientStain.Draw(SampleRandom.For(seed, StainStream, p))).ToArray();
        var plan = new List<SampleCell>(cells);
        for (var index = 0; index < cells; index++)
        {
            var random = SampleRandom.For(seed, CellStream, index);
            var infected = index % 2 == 0;
            int patient;
            do patient = Uneven(random, patients);
            while (infected && IsHealthy(patient));
            var mislabelled = random.Chance(LabelNoise) && !IsHealthy(patient);
            var folder = infected != mislabelled ? "Parasitized" : "Uninfected";
            var stain = stains[patient];
            var paintSeed = random.Next();
            plan.Add(new SampleCell(
                $"cell_images/{folder}/{Name(patient, index)}", () => CellPainter.Paint(infected, stain, new SampleRandom(paintSeed))));
        }
        return [.. plan.OrderBy(cell => cell.Path, StringComparer.Ordinal)];
    }

    /// <summary>Writes the dataset as a zip, painting on all cores. Entries carry a fixed date.</summary>
    /// <param name="output">Where to; left open.</param>
    /// <param name="plan">From <see cref="Plan"/>.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task WriteZipAsync(Stream output, IReadOnlyList<SampleCell> plan, CancellationToken ct = default)
    {
        await using var zip = await ZipArchive.CreateAsync(output, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, ct);
        foreach (var batch in plan.Chunk(Environment.ProcessorCount * 8))
        {
            var files = new byte[batch.Length][];
            await Task.Run(() => Parallel.For(0, batch.Length, new ParallelOptions { CancellationToken = ct }, i => files[i] = batch[i].Png()), ct);
            for (var i = 0; i < batch.Length; i++)
            {
                var entry = zip.CreateEntry(batch[i].Path, CompressionLevel.NoCompression);
                entry.LastWriteTime = new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);
                await using var stream = await entry.OpenAsync(ct);
                await stream.WriteAsync(files[i], ct);
            }
        }
    }

    /// <summary>Writes the dataset below a folder, painting on all cores.</summary>
    public static Task WriteFolderAsync(string folder, IReadOnlyList<SampleCell> plan, CancellationToken ct = default)
    {
        foreach (var sub in plan.Select(cell => Path.GetDirectoryName(cell.Path)!).Distinct()) Directory.CreateDirectory(Path.Combine(folder, sub));
        return Parallel.ForEachAsync(plan, ct, async (cell, token) => await File.WriteAllBytesAsync(Path.Combine(folder, cell.Path), cell.Png(), token));
    }

    private static bool IsHealthy(int patient) => patient % 4 == 3;

    // Real patients give from one to hundreds of cells: some here have several times as many as others.
    private static int Uneven(SampleRandom random, int patients)
    {
        var share = random.Unit();
        return (int)(patients * ((0.65 * share) + (0.35 * share * share)));
    }

    // Slide and patient numbers differ, and each tenth patient has two slides, so that grouping by the C-number alone would leak.
    private static string Name(int patient, int index)
    {
        var slide = (patient * 2) + 3 + (patient % 10 == 0 ? index / 2 % 2 : 0);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"C{slide}P{patient + 1}ThinF_IMG_2024{1 + (patient % 12):D2}{1 + (patient % 28):D2}"
                + $"_1{index % 10}{patient % 60:D2}{index % 60:D2}_cell_{index + 1}.png");
    }
}

/// <summary>One planned cell.</summary>
/// <param name="Path">Path in the dataset, with forward slashes.</param>
/// <param name="Paint">Paints it; the same pixels every time.</param>
public sealed record SampleCell(string Path, Func<PixelImage> Paint)
{
    /// <summary>The painted cell as a PNG file.</summary>
    public byte[] Png() => ImageCodec.Encode(Paint(), ImageFormat.Png);
}
