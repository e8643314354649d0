using System.Runtime.ExceptionServices;

namespace MalariaLab.Training;

/// <summary>
/// Threads that work on the shards of a batch, one shard at a time each. Which thread takes a shard changes nothing in its numbers:
/// shards are cut by the batch alone, and their results are combined in shard order.
/// </summary>
internal sealed class ShardPool : IDisposable
{
    private readonly Thread[] _threads;
    private readonly SemaphoreSlim _start = new(0);
    private readonly SemaphoreSlim _done = new(0);
    private Action<int>? _work;
    private int _next;
    private int _count;
    private ExceptionDispatchInfo? _failure;
    private volatile bool _ending;

    /// <summary>Starts threads; each runs <paramref name="prepare"/> first.</summary>
    public ShardPool(int threads, Action prepare)
    {
        _threads = new Thread[threads];
        for (var i = 0; i < threads; i++)
        {
            _threads[i] = new Thread(() => Loop(prepare)) { IsBackground = true, Name = $"shard {i}" };
            _threads[i].Start();
        }
    }

    /// <summary>Number of threads.</summary>
    public int Threads => _threads.Length;

    /// <summary>Does items 0 … count − 1 and returns when all are done; the first failure is thrown again.</summary>
    public void Run(int count, Action<int> work)
    {
        (_work, _next, _count) = (work, 0, count);
        var helpers = Math.Min(count, _threads.Length);
        _start.Release(helpers);
        for (var i = 0; i < helpers; i++)
            _done.Wait();
        _work = null;
        Interlocked.Exchange(ref _failure, null)?.Throw();
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        _ending = true;
        _start.Release(_threads.Length);
        foreach (var thread in _threads)
            thread.Join();
        _start.Dispose();
        _done.Dispose();
    }

    private void Loop(Action prepare)
    {
        Exception? unprepared = null;
        try
        {
            prepare();
        }
        catch (Exception e)
        {
            unprepared = e;
        }
        while (true)
        {
            _start.Wait();
            if (_ending)
                return;
            try
            {
                if (unprepared is not null)
                    throw unprepared;
                for (var item = Interlocked.Increment(ref _next) - 1; item < _count; item = Interlocked.Increment(ref _next) - 1)
                    _work!(item);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(e), null);
            }
            _done.Release();
        }
    }
}
