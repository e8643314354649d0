namespace MalariaLab.Testing;

/// <summary>Folders of tests, deleted while the processes that wrote them may still be ending.</summary>
public static class TemporaryFolder
{
    private const int Tries = 100;

    /// <summary>
    /// Deletes the folder. A process that was killed lives on for a moment and may write a file between the emptying of a folder and its deletion;
    /// then it is tried again. What cannot be deleted at all is left to the system: it says nothing of what was tested.
    /// </summary>
    public static void Delete(string folder)
    {
        for (var i = 0; i < Tries && Directory.Exists(folder); i++)
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Thread.Sleep(100);
            }
    }
}
