namespace MalariaLab.Testing;

/// <summary>How long tests wait for what happens elsewhere.</summary>
public static class Patience
{
    /// <summary>Longer than anything takes on the slowest and busiest machine: it is there for what never comes.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromMinutes(10);

    /// <summary>Asks until the condition holds.</summary>
    /// <exception cref="TimeoutException">It never did.</exception>
    public static async Task UntilAsync(Func<Task<bool>> condition, string otherwise, CancellationToken cancellationToken = default)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            while (!await condition()) await Task.Delay(25, either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new TimeoutException(otherwise);
        }
    }

    /// <summary>Asks until the condition holds.</summary>
    /// <exception cref="TimeoutException">It never did.</exception>
    public static Task UntilAsync(Func<bool> condition, string otherwise, CancellationToken cancellationToken = default) =>
        UntilAsync(() => Task.FromResult(condition()), otherwise, cancellationToken);
}
