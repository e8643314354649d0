using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace MalariaLab.Imaging.Sources;

/// <summary>A file that was opened.</summary>
/// <param name="File">The file.</param>
/// <param name="Bytes">Its bytes; empty where they could not be read.</param>
/// <param name="Check">The verdict.</param>
public sealed record CheckedFile(SourceFile File, byte[] Bytes, ImageCheck Check);

/// <summary>Reads and checks files on all cores, and hands them over in their order.</summary>
public static class SourceReader
{
    // Small files go through together, for waking a thread takes a good part of the time that one of them does.
    private const int MostFiles = 16;
    private const long MostBytes = 1 << 20;

    /// <summary>Opens every file. Memory holds two megabytes a core, or two files that are larger, whatever the source's size.</summary>
    /// <param name="source">The source.</param>
    /// <param name="files">Files of the source, in the wanted order.</param>
    /// <param name="cancellation">Stops between two files.</param>
    public static async IAsyncEnumerable<CheckedFile> CheckAsync(
        ImageSource source, IEnumerable<SourceFile> files, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        // Tasks stand in the queue in the files' order while they run on the pool; its capacity bounds how many there are.
        var queue = Channel.CreateBounded<Task<CheckedFile[]>>(Environment.ProcessorCount * 2);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var feeding = Task.Run(
            async () =>
            {
                try
                {
                    foreach (var batch in Batches(files))
                    {
                        await queue.Writer.WaitToWriteAsync(stop.Token);
                        await queue.Writer.WriteAsync(Task.Run(() => Array.ConvertAll(batch, file => Check(source, file)), stop.Token), stop.Token);
                    }
                    queue.Writer.Complete();
                }
                catch (Exception e)
                {
                    queue.Writer.Complete(e);
                }
            },
            CancellationToken.None);
        try
        {
            await foreach (var task in queue.Reader.ReadAllAsync(cancellation))
                foreach (var file in await task)
                    yield return file;
        }
        finally
        {
            // The source must not be closed under a reading task.
            await stop.CancelAsync();
            await feeding;
            while (queue.Reader.TryRead(out var task)) await ((Task)task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static IEnumerable<SourceFile[]> Batches(IEnumerable<SourceFile> files)
    {
        var (batch, bytes) = (new List<SourceFile>(), 0L);
        foreach (var file in files)
        {
            if (batch.Count == MostFiles || (batch.Count > 0 && bytes + file.Length > MostBytes))
            {
                yield return [.. batch];
                batch.Clear();
                bytes = 0;
            }
            batch.Add(file);
            bytes += file.Length;
        }
        if (batch.Count > 0) yield return [.. batch];
    }

    private static CheckedFile Check(ImageSource source, SourceFile file)
    {
        try
        {
            var bytes = source.Read(file);
            return new(file, bytes, ImageValidator.Check(bytes, file.Path));
        }
        catch (ImageException refused)
        {
            return new(file, [], new(null, refused.Fault, refused.Message));
        }
    }
}
