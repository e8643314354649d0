using System.IO.Compression;
using MalariaLab.Testing;

namespace MalariaLab.E2E;

/// <summary>A small zip of real cells in the official layout, cut from the shared archive; tests skip where that is absent.</summary>
public static class CellArchive
{
    /// <summary>Writes <paramref name="perClass"/> cells a class, spread over the patients, and optionally one file that is no image.</summary>
    public static string Create(string folder, int perClass, bool withCorruptFile = false)
    {
        var path = Path.Combine(folder, $"cells-{perClass}{(withCorruptFile ? "-corrupt" : "")}.zip");
        using var source = ZipFile.OpenRead(SharedFiles.Data("nih-malaria-cells.zip"));
        using var target = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach (var cells in source.Entries.Where(e => e.Name.EndsWith(".png", StringComparison.Ordinal)).GroupBy(e => Path.GetDirectoryName(e.FullName)))
        {
            var all = cells.OrderBy(e => e.FullName, StringComparer.Ordinal).ToList();
            for (var i = 0; i < perClass; i++)
            {
                var cell = all[(int)((long)i * all.Count / perClass)];
                using var from = cell.Open();
                using var to = target.CreateEntry(cell.FullName, CompressionLevel.NoCompression).Open();
                from.CopyTo(to);
            }
        }
        if (withCorruptFile)
        {
            using var writer = new StreamWriter(target.CreateEntry("cell_images/Uninfected/C1P1_broken.png").Open());
            writer.Write("This is not a picture.");
        }
        return path;
    }
}
