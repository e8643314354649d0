namespace MalariaLab.Training.Serialization;

/// <summary>Halves of files that killed processes left. One that lives writes every few seconds.</summary>
internal static class Leftovers
{
    private static readonly TimeSpan Abandoned = TimeSpan.FromHours(6);

    /// <summary>Deletes those files of a folder that nobody has written to for hours.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="pattern">Names of unfinished files, for example <c>*.features.*.tmp</c>.</param>
    public static void Delete(string folder, string pattern)
    {
        foreach (var left in new DirectoryInfo(folder).GetFiles(pattern).Where(file => file.LastWriteTimeUtc < DateTime.UtcNow - Abandoned))
            left.Delete();
    }
}
