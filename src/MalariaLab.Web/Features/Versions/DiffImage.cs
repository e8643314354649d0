namespace MalariaLab.Web.Features.Versions;

/// <summary>A changed image with what became of it.</summary>
public sealed record DiffImage(long VersionId, int Ordinal, string Path, string Text);
