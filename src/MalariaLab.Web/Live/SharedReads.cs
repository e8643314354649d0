namespace MalariaLab.Web.Live;

/// <summary>
/// A reading that many circuits ask for at the same moment happens once for all of them: whoever asks gets the answer of a reading that began after
/// the question, so that nobody sees an older state than by reading alone. Answers are shared and must not be changed.
/// </summary>
public sealed class SharedReads<TKey, T>(Func<TKey, Task<T>> read) where TKey : notnull
{
    private readonly Lock gate = new();
    private readonly Dictionary<TKey, Place> places = [];

    /// <summary>What a reading that begins from now on finds.</summary>
    public Task<T> ReadAsync(TKey key)
    {
        lock (gate)
        {
            if (!places.TryGetValue(key, out var place)) places[key] = place = new();
            return place.Next ??= NextAsync(key, place);
        }
    }

    private async Task<T> NextAsync(TKey key, Place place)
    {
        // Off the circuit's own thread of control, and not while the gate is held.
        await place.Running.ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.SuppressThrowing);
        lock (gate) (place.Running, place.Next) = (place.Next!, null);
        try
        {
            return await read(key).ConfigureAwait(false);
        }
        finally
        {
            lock (gate)
                if (place.Next is null) places.Remove(key);
        }
    }

    private sealed class Place
    {
        public Task Running { get; set; } = Task.CompletedTask;

        public Task<T>? Next { get; set; }
    }
}
