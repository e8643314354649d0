using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace MalariaLab.Training.Weights.Pickles;

/// <summary>A pickle that is not read; the message is the end of a sentence about the file.</summary>
internal sealed class PickleException(string message) : Exception(message);

/// <summary>
/// Reads the opcodes that PyTorch writes for tensors and refuses every other. A pickle is a program; this interpreter has no instruction that
/// imports or calls anything outside <see cref="TorchObjects"/>, and its work and memory are bounded by the pickle's length.
/// </summary>
internal sealed class PickleReader
{
    /// <summary>A pickle of the names and shapes of a thousand tensors has a sixth of this.</summary>
    public const long LargestPickle = 1 << 20;

    private readonly Stream _stream;
    private readonly Stack<object?> _stack = [];
    private readonly Dictionary<uint, object?> _memo = [];
    private readonly ICollection<TorchStorage>? _storages;
    private long _left;

    private PickleReader(Stream stream, long length, ICollection<TorchStorage>? storages) =>
        (_stream, _left, _storages) = (stream, Math.Min(length, LargestPickle), storages);

    /// <summary>Reads one pickle and leaves the stream behind it.</summary>
    /// <param name="stream">Stands at the pickle's first byte.</param>
    /// <param name="length">Bytes that the stream has left.</param>
    /// <param name="storages">Collects the storages that the pickle names.</param>
    /// <exception cref="PickleException">Refused.</exception>
    public static object? Read(Stream stream, long length, ICollection<TorchStorage>? storages = null) => new PickleReader(stream, length, storages).Run();

    private object? Run()
    {
        while (true)
        {
            var opcode = Byte();
            if (opcode == '.')
                return Pop();
            Execute((char)opcode);
        }
    }

    private void Execute(char opcode)
    {
        switch (opcode)
        {
            case '\x80': Version(Byte()); break;
            case '(': _stack.Push(Mark.Here); break;
            case 'N': _stack.Push(null); break;
            case '\x88': _stack.Push(true); break;
            case '\x89': _stack.Push(false); break;
            case 'J': _stack.Push((long)BinaryPrimitives.ReadInt32LittleEndian(Bytes(4))); break;
            case 'K': _stack.Push((long)Byte()); break;
            case 'M': _stack.Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2))); break;
            case '\x8a': PushLong(Bytes(Byte())); break;
            case 'G': _stack.Push(BinaryPrimitives.ReadDoubleBigEndian(Bytes(8))); break;
            case 'X' or 'T': _stack.Push(Text(Number())); break;
            case 'U' or '\x8c': _stack.Push(Text(Byte())); break;
            case ')': _stack.Push(new PickleTuple([])); break;
            case '\x85': _stack.Push(new PickleTuple(Take(1))); break;
            case '\x86': _stack.Push(new PickleTuple(Take(2))); break;
            case '\x87': _stack.Push(new PickleTuple(Take(3))); break;
            case 't': _stack.Push(new PickleTuple([.. ToMark()])); break;
            case ']': _stack.Push(new List<object?>()); break;
            case 'a': Append([Pop()]); break;
            case 'e': Append(ToMark()); break;
            case '}': _stack.Push(new PickleDictionary()); break;
            case 's': SetItems([.. Take(2)]); break;
            case 'u': SetItems(ToMark()); break;
            case 'q': _memo[Byte()] = Top(); break;
            case 'r': _memo[Number()] = Top(); break;
            case '\x94': _memo[(uint)_memo.Count] = Top(); break;
            case 'h': _stack.Push(Recall(Byte())); break;
            case 'j': _stack.Push(Recall(Number())); break;
            case 'c': _stack.Push(TorchObjects.Find(Line(), Line())); break;
            case 'Q': PushStorage(); break;
            case 'R' or '\x81': Call(); break;
            case 'b': SetState(); break;
            default: throw new PickleException($"uses the pickle opcode 0x{(int)opcode:x2}, which tensors don't need; such a file may run programs and is not read");
        }
    }

    private static void Version(byte version)
    {
        if (version is < 2 or > 4)
            throw new PickleException($"is a pickle of version {version}; 2 to 4 are read");
    }

    private void PushLong(ReadOnlySpan<byte> bytes)
    {
        var value = new BigInteger(bytes);
        _stack.Push(value >= long.MinValue && value <= long.MaxValue ? (long)value : (object)value);
    }

    private void PushStorage()
    {
        var storage = TorchObjects.Storage(Pop());
        _storages?.Add(storage);
        _stack.Push(storage);
    }

    private void Call()
    {
        var arguments = Pop();
        _stack.Push(TorchObjects.Call(Pop(), arguments));
    }

    private void SetState()
    {
        var state = Pop();
        TorchObjects.SetState(Top(), state);
    }

    private void Append(IEnumerable<object?> items) => (Top() as List<object?> ?? throw new PickleException("appends to something that is no list")).AddRange(items);

    private void SetItems(List<object?> items)
    {
        if (Top() is not PickleDictionary dictionary || items.Count % 2 != 0)
            throw new PickleException("sets items of something that is no dictionary");
        for (var i = 0; i < items.Count; i += 2)
            dictionary.Pairs.Add((items[i], items[i + 1]));
    }

    private object? Recall(uint key) => _memo.TryGetValue(key, out var value) ? value : throw new PickleException("recalls something that it never stored");

    private object? Pop() => _stack.TryPop(out var value) && value is not Mark ? value : throw Unbalanced();

    private object? Top() => _stack.TryPeek(out var value) && value is not Mark ? value : throw Unbalanced();

    private object?[] Take(int count)
    {
        var items = new object?[count];
        for (var i = count - 1; i >= 0; i--)
            items[i] = Pop();
        return items;
    }

    private List<object?> ToMark()
    {
        var items = new List<object?>();
        while (true)
        {
            if (!_stack.TryPop(out var value))
                throw Unbalanced();
            if (value is Mark)
                break;
            items.Add(value);
        }
        items.Reverse();
        return items;
    }

    private string Line()
    {
        var line = new StringBuilder();
        for (var letter = Byte(); letter != '\n'; letter = Byte())
            line.Append(letter is >= 0x20 and < 0x7f ? (char)letter : '?');
        return line.Length <= 200 ? line.ToString() : throw new PickleException("refers to a name of more than 200 letters");
    }

    private string Text(uint length) => Encoding.UTF8.GetString(Bytes(length));

    private uint Number() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    private byte Byte() => Bytes(1)[0];

    private byte[] Bytes(uint count)
    {
        if (count > _left)
            throw new PickleException($"is cut off, or describes its tensors in more than {LargestPickle} bytes");
        _left -= count;
        var bytes = new byte[count];
        _stream.ReadExactly(bytes);
        return bytes;
    }

    private static PickleException Unbalanced() => new("takes more from its stack than it put there");

    private sealed class Mark
    {
        public static Mark Here { get; } = new();
    }
}
