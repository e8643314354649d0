namespace MalariaLab.Torch;

/// <summary>
/// Frees, when it ends, every tensor that was made on its thread while it was the innermost scope there. The garbage
/// collector doesn't see native memory, so a training step without a scope fills the machine. Scopes nest, belong to one
/// thread, and end in reverse order.
/// </summary>
public sealed class DisposeScope : IDisposable
{
    [ThreadStatic]
    private static DisposeScope? innermost;

    private readonly int thread = Environment.CurrentManagedThreadId;
    private readonly Lock gate = new();
    private Tensor? first;
    private bool disposed;

    internal DisposeScope()
    {
        OuterScope = innermost;
        innermost = this;
    }

    /// <summary>The innermost scope of this thread.</summary>
    public static DisposeScope? Current => innermost;

    /// <summary>The scope around this one.</summary>
    public DisposeScope? OuterScope { get; }

    /// <summary>How many tensors wait here for the end of the scope.</summary>
    public int DisposablesCount { get; private set; }

    /// <summary>Takes a tensor into this scope, out of the one it is in.</summary>
    public Tensor Attach(Tensor tensor)
    {
        tensor.Scope?.Remove(tensor);
        Add(tensor);
        return tensor;
    }

    /// <summary>Lets tensors outlive the scope: their holder frees them.</summary>
    public void Detach(params ReadOnlySpan<Tensor> tensors)
    {
        foreach (var tensor in tensors)
            tensor.Scope?.Remove(tensor);
    }

    /// <summary>Hands a tensor to the scope around this one, or to its holder where there is none.</summary>
    public Tensor MoveToOuter(Tensor tensor) => MoveToOther(OuterScope, tensor);

    /// <summary>Hands a tensor to another scope, or to its holder when that is null.</summary>
    public Tensor MoveToOther(DisposeScope? other, Tensor tensor)
    {
        tensor.Scope?.Remove(tensor);
        other?.Add(tensor);
        return tensor;
    }

    /// <summary>Frees what is in the scope, but for <paramref name="keep"/>, and goes on.</summary>
    public void DisposeEverythingBut(params ReadOnlySpan<Tensor> keep)
    {
        Detach(keep);
        DisposeEverything();
        foreach (var tensor in keep)
            Add(tensor);
    }

    /// <summary>Frees what is in the scope, and goes on.</summary>
    public void DisposeEverything()
    {
        while (first is { } tensor)
            tensor.Dispose();
    }

    /// <summary>Ends the scope.</summary>
    /// <exception cref="InvalidOperationException">Another thread began it, or a scope inside it is still open.</exception>
    public void Dispose()
    {
        if (disposed)
            return;
        if (thread != Environment.CurrentManagedThreadId)
            throw new InvalidOperationException("A dispose scope ends on the thread that began it.");
        if (innermost != this)
            throw new InvalidOperationException("A dispose scope ends after the scopes that were begun inside it.");
        disposed = true;
        innermost = OuterScope;
        DisposeEverything();
    }

    internal void Add(Tensor tensor)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        lock (gate)
        {
            tensor.Scope = this;
            tensor.NextInScope = first;
            if (first is not null)
                first.PreviousInScope = tensor;
            first = tensor;
            DisposablesCount++;
        }
    }

    internal void Remove(Tensor tensor)
    {
        lock (gate)
        {
            if (tensor.Scope != this)
                return;
            if (tensor.PreviousInScope is { } previous)
                previous.NextInScope = tensor.NextInScope;
            else
                first = tensor.NextInScope;
            if (tensor.NextInScope is { } next)
                next.PreviousInScope = tensor.PreviousInScope;
            tensor.Scope = null;
            tensor.PreviousInScope = tensor.NextInScope = null;
            DisposablesCount--;
        }
    }
}
