using MalariaLab.Imaging.Samples;

namespace MalariaLab.Imaging.Sources;

/// <summary>The sample dataset, painted as it is read.</summary>
public sealed class SampleSource : ImageSource
{
    private readonly Dictionary<string, SampleCell> cells;

    /// <summary>The cells of a seed.</summary>
    public SampleSource(long seed)
    {
        cells = SampleCells.Plan(seed).ToDictionary(cell => cell.Path);
        // Lengths are not known before painting, and nothing depends on them.
        Files = [.. cells.Keys.Select(path => new SourceFile(path, 0))];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<SourceFile> Files { get; }

    /// <inheritdoc/>
    public override byte[] Read(SourceFile file) => cells[file.Path].Png();
}
