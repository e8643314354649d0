using MalariaLab.Core;
using MalariaLab.Core.Datasets;
using MalariaLab.Data;
using MalariaLab.Data.Entities;
using MalariaLab.Imaging.Samples;
using MalariaLab.Imaging.Sources;

namespace MalariaLab.Worker.Imports;

/// <summary>Finds what an import reads, and never outside the folders meant for it.</summary>
internal sealed class ImportSources(LabPaths paths)
{
    /// <summary>Opens the source of an import.</summary>
    /// <exception cref="ExplainedException">It is not there, lies elsewhere, or cannot be imported.</exception>
    public ImageSource Open(Import import, ImportOptions options) => import.Source switch
    {
        ImportSource.Sample => new SampleSource(options.SampleSeed ?? SampleCells.DefaultSeed),
        ImportSource.Upload or ImportSource.Download or ImportSource.Derived => ImageSource.Open(Inside(paths.Uploads, import)),
        ImportSource.Inbox => ImageSource.Open(Inside(paths.Inbox, import)),
        _ => throw new ExplainedException($"An import cannot read from {import.Source}."),
    };

    /// <summary>Where a download goes.</summary>
    public string Target(Import import) => Inside(paths.Uploads, import);

    /// <summary>Deletes an upload once it is no longer needed; what lies in the inbox belongs to people.</summary>
    public void Discard(Import import)
    {
        if (import.Source is ImportSource.Upload or ImportSource.Download or ImportSource.Derived) File.Delete(Inside(paths.Uploads, import));
    }

    private static string Inside(string folder, Import import)
    {
        var path = Path.GetFullPath(Path.Combine(folder, import.StoredName ?? ""));
        if (!path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw new ExplainedException($"{import.OriginalName} does not lie in the folder for imports. Move it there.");
        // A link below the folder could lead out of it.
        for (var part = path; part.Length > folder.Length; part = Path.GetDirectoryName(part)!)
            if (new FileInfo(part).LinkTarget is not null)
                throw new ExplainedException($"{import.OriginalName} is or lies behind a link. Put the files themselves into the folder for imports.");
        return path;
    }
}
