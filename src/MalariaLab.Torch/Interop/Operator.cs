using System.Runtime.InteropServices;
using System.Text;

namespace MalariaLab.Torch.Interop;

/// <summary>An ATen operator, found by its name once and called through LibTorch's dispatcher.</summary>
internal sealed unsafe class Operator(string name, string overload = "")
{
    private nint found;

    private nint Found
    {
        get
        {
            if (found == 0)
            {
                Native.Check(Native.mlt_operator_find(name, overload, out var result));
                found = result;
            }
            return found;
        }
    }

    /// <summary>The one tensor that the operator gives.</summary>
    internal Tensor Call(params ReadOnlySpan<Value> arguments)
    {
        NativeValue result;
        Invoke(arguments, &result, 1);
        return new Tensor((nint)result.Bits);
    }

    /// <summary>Calls an operator for what it does to its first argument; that argument is given back by the caller.</summary>
    internal void Run(params ReadOnlySpan<Value> arguments) => Invoke(arguments, null, 0);

    /// <summary>The tensors that the operator gives, at most 64.</summary>
    internal Tensor[] CallMany(params ReadOnlySpan<Value> arguments)
    {
        const int most = 64;
        var results = stackalloc NativeValue[most];
        var count = Invoke(arguments, results, most);
        var tensors = new Tensor[count];
        for (var i = 0; i < count; i++)
            tensors[i] = new Tensor((nint)results[i].Bits);
        return tensors;
    }

    /// <summary>The truth value that the operator gives.</summary>
    internal bool Ask(params ReadOnlySpan<Value> arguments)
    {
        NativeValue result;
        Invoke(arguments, &result, 1);
        return result.Bits != 0;
    }

    private int Invoke(ReadOnlySpan<Value> arguments, NativeValue* results, int capacity)
    {
        var op = Found;
        var words = 0;
        foreach (ref readonly var argument in arguments)
            words += argument.Reference switch
            {
                long[] list => list.Length,
                double[] list => list.Length,
                Tensor[] list => list.Length,
                string text => Encoding.UTF8.GetMaxByteCount(text.Length) / sizeof(long) + 1,
                _ => 0,
            };
        const int roomOnStack = 256;
        var buffer = words <= roomOnStack ? stackalloc long[words] : new long[words];
        var values = stackalloc NativeValue[arguments.Length];
        var held = 0;
        fixed (long* start = buffer)
        {
            try
            {
                var next = start;
                for (; held < arguments.Length; held++)
                    next = Convert(arguments[held], values + held, next);
                Native.Check(Native.mlt_operator_call(op, values, arguments.Length, results, capacity, out var count));
                return count;
            }
            finally
            {
                for (var i = 0; i < held; i++)
                    Release(arguments[i]);
            }
        }
    }

    private static long* Convert(in Value argument, NativeValue* value, long* next)
    {
        *value = new NativeValue { Kind = argument.Kind, Bits = argument.Bits };
        switch (argument.Reference)
        {
            case null:
                return next;
            case Tensor tensor:
                value->Bits = Hold(tensor.Handle);
                return next;
            case Generator generator:
                value->Bits = Hold(generator.Handle);
                return next;
            case long[] list:
                list.CopyTo(new Span<long>(next, list.Length));
                return List(value, next, list.Length, list.Length);
            case double[] list:
                MemoryMarshal.Cast<double, long>(list).CopyTo(new Span<long>(next, list.Length));
                return List(value, next, list.Length, list.Length);
            case string text:
                var bytes = Encoding.UTF8.GetBytes(text, new Span<byte>(next, Encoding.UTF8.GetMaxByteCount(text.Length)));
                return List(value, next, bytes, bytes / sizeof(long) + 1);
            case Tensor[] list:
                var done = 0;
                try
                {
                    for (; done < list.Length; done++)
                        next[done] = Hold(list[done].Handle);
                }
                catch
                {
                    while (--done >= 0)
                        list[done].Handle.DangerousRelease();
                    throw;
                }
                return List(value, next, list.Length, list.Length);
            default:
                throw new InvalidOperationException($"An operator takes no {argument.Reference.GetType().Name}.");
        }
    }

    private static long* List(NativeValue* value, long* data, int count, int words)
    {
        value->Count = count;
        value->Bits = (long)data;
        return data + words;
    }

    /// <summary>Keeps a handle from being freed, by another thread or the collector, while native code uses it.</summary>
    private static nint Hold(SafeHandle handle)
    {
        var added = false;
        handle.DangerousAddRef(ref added);
        return handle.DangerousGetHandle();
    }

    private static void Release(in Value argument)
    {
        switch (argument.Reference)
        {
            case Tensor tensor: tensor.Handle.DangerousRelease(); break;
            case Generator generator: generator.Handle.DangerousRelease(); break;
            case Tensor[] list:
                foreach (var tensor in list)
                    tensor.Handle.DangerousRelease();
                break;
        }
    }
}
