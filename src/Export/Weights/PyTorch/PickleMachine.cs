using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace FcnService.Export.Weights.PyTorch;

/// <summary>
/// Reads a Python pickle of protocol 0 to 5 into plain values. It cannot run anything: a name that is not among
/// <see cref="PickleGlobals"/> is refused where it comes. Source: the opcodes' description in CPython's Lib/pickletools.py.
/// </summary>
/// <param name="input">Begins with the pickle; after <see cref="Load"/> it is where the pickle ended.</param>
/// <param name="budget">What the pickles of the file may make.</param>
/// <param name="loadPersistent">Finds what a reference to outside the pickle refers to.</param>
internal sealed class PickleMachine(ByteReader input, PickleBudget budget, Func<object?, object?> loadPersistent)
{
    private const int HighestProtocol = 5;

    /// <summary>Writers empty the stack every thousand values.</summary>
    private const int DeepestStack = 1 << 14;

    private const int LongestLine = 1000;
    private const int LongestNumber = 256;

    private readonly List<object?> stack = [];
    private readonly List<int> marks = [];
    private readonly Dictionary<uint, object?> memo = [];

    /// <summary>Where the innermost group that is not ended begins: what is below is not its to take.</summary>
    private int Floor => marks is [.., var mark] ? mark : 0;

    /// <summary>Reads one pickle.</summary>
    /// <exception cref="InvalidDataException">It is not sound, asks for what it may not, or makes too much.</exception>
    public object? Load()
    {
        while (true)
        {
            var start = input.Position;
            var opcode = input.ReadByte();
            if (opcode == '.')
            {
                return stack is [var result] && marks.Count == 0
                    ? result
                    : throw new InvalidDataException($"its pickle ends at byte {start} with {stack.Count} values; expected one");
            }

            if (!Constant(opcode) && !Number(opcode) && !Text(opcode) && !Build(opcode) && !Remember(opcode) && !Refer(opcode))
            {
                throw new InvalidDataException($"its pickle has opcode 0x{opcode:X2} at byte {start}; expected one that weights need");
            }
        }
    }

    private bool Constant(byte opcode)
    {
        switch (opcode)
        {
            case 0x80: // PROTO
                var protocol = input.ReadByte();
                return protocol <= HighestProtocol
                    ? true
                    : throw new InvalidDataException($"its pickle is of protocol {protocol}; expected at most {HighestProtocol}");
            case 0x95: // FRAME
                input.Skip(sizeof(long));
                return true;
            case (byte)'N':
                Push(null);
                return true;
            case 0x88: // NEWTRUE
                Push(true);
                return true;
            case 0x89: // NEWFALSE
                Push(false);
                return true;
            default:
                return false;
        }
    }

    private bool Number(byte opcode)
    {
        object? number = opcode switch
        {
            (byte)'K' => (long)input.ReadByte(),
            (byte)'M' => (long)(input.ReadByte() | input.ReadByte() << 8),
            (byte)'J' => (long)input.ReadInt32(),
            (byte)'G' => BitConverter.Int64BitsToDouble(BinaryPrimitives.ReverseEndianness(input.ReadInt64())),
            (byte)'I' => ParseInteger(ReadLine()),
            (byte)'L' => ParseInteger(ReadLine().TrimEnd('L')),
            (byte)'F' => double.TryParse(ReadLine(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
                ? value
                : throw new InvalidDataException($"its pickle has no number before byte {input.Position}; expected one"),
            0x8A => ReadInteger(input.ReadByte()), // LONG1
            0x8B => ReadInteger(input.ReadInt32()), // LONG4
            _ => null,
        };
        if (number is null)
        {
            return false;
        }

        budget.Spend(PickleBudget.Number);
        Push(number is BigInteger integer && integer >= long.MinValue && integer <= long.MaxValue ? (long)integer : number);
        return true;
    }

    private object ParseInteger(string line)
    {
        if (line is "00" or "01")
        {
            // Protocol 0 has its truth values so.
            return line == "01";
        }

        if (long.TryParse(line, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        return line.Length <= LongestNumber
            && BigInteger.TryParse(line, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var large)
            ? large
            : throw new InvalidDataException($"its pickle has no whole number before byte {input.Position}; expected one");
    }

    private BigInteger ReadInteger(int length)
    {
        if (length is < 0 or > LongestNumber)
        {
            throw new InvalidDataException($"its pickle has a number of {length} bytes; expected at most {LongestNumber}");
        }

        Span<byte> bytes = stackalloc byte[length];
        input.Read(bytes);
        return new BigInteger(bytes);
    }

    private bool Text(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'X': // BINUNICODE
                PushText(ReadLength(input.ReadInt32()));
                return true;
            case 0x8C: // SHORT_BINUNICODE
            case (byte)'U': // SHORT_BINSTRING, the text of Python 2
                PushText(input.ReadByte());
                return true;
            case (byte)'T': // BINSTRING
                PushText(ReadLength(input.ReadInt32()));
                return true;
            case 0x8D: // BINUNICODE8
                PushText(ReadLength(input.ReadInt64()));
                return true;
            case (byte)'V': // UNICODE
                PushLine(ReadLine());
                return true;
            case (byte)'S': // STRING
                PushLine(ReadLine().Trim('\'', '"'));
                return true;
            case (byte)'C': // SHORT_BINBYTES
                PushBytes(input.ReadByte());
                return true;
            case (byte)'B': // BINBYTES
                PushBytes(ReadLength(input.ReadInt32()));
                return true;
            case 0x8E: // BINBYTES8
            case 0x96: // BYTEARRAY8
                PushBytes(ReadLength(input.ReadInt64()));
                return true;
            default:
                return false;
        }
    }

    private long ReadLength(long length) => length >= 0 && length <= input.Remaining
        ? length
        : throw new InvalidDataException(
            $"its pickle has a text of {length} bytes at byte {input.Position}; expected at most {input.Remaining}, which are left");

    private void PushText(long length)
    {
        // UTF-16 in memory, and the bytes while they are read.
        budget.Spend(PickleBudget.Number + 3 * length);
        Push(input.ReadText(length));
    }

    private void PushLine(string line)
    {
        budget.Spend(PickleBudget.Number + 4L * line.Length);
        Push(line);
    }

    private void PushBytes(long length)
    {
        input.Skip(length);
        Push(PickleBytes.Instance);
    }

    private string ReadLine()
    {
        var line = new StringBuilder();
        for (var next = input.ReadByte(); next != '\n'; next = input.ReadByte())
        {
            line.Append((char)next);
            if (line.Length > LongestLine)
            {
                throw new InvalidDataException($"its pickle has a line of more than {LongestLine} letters before byte {input.Position}");
            }
        }

        budget.Spend(2 * line.Length);
        return line.ToString().TrimEnd('\r');
    }

    private bool Build(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'(':
                if (marks.Count == DeepestStack)
                {
                    throw TooDeep();
                }

                marks.Add(stack.Count);
                return true;
            case (byte)'0': // POP
                Pop();
                return true;
            case (byte)'1': // POP_MARK
                PopMark();
                return true;
            case (byte)'2': // DUP
                Push(Top());
                return true;
            case (byte)']':
            case 0x8F: // EMPTY_SET
                PushContainer(new PickleList());
                return true;
            case (byte)'l': // LIST
            case 0x91: // FROZENSET
                PushList(PopMark());
                return true;
            case (byte)'a': // APPEND
                var item = Pop();
                Append([item]);
                return true;
            case (byte)'e': // APPENDS
            case 0x90: // ADDITEMS
                Append(PopMark());
                return true;
            case (byte)')':
                PushTuple([]);
                return true;
            case (byte)'t': // TUPLE
                PushTuple(PopMark());
                return true;
            case 0x85 or 0x86 or 0x87: // TUPLE1 to TUPLE3
                PushTuple(PopLast(opcode - 0x84));
                return true;
            case (byte)'}':
                PushContainer(new PickleDictionary());
                return true;
            case (byte)'d': // DICT
                var entries = PopMark();
                PushContainer(new PickleDictionary());
                SetItems(entries);
                return true;
            case (byte)'s': // SETITEM
                SetItems(PopLast(2));
                return true;
            case (byte)'u': // SETITEMS
                SetItems(PopMark());
                return true;
            default:
                return false;
        }
    }

    private void PushContainer(object container)
    {
        budget.Spend(PickleBudget.Container);
        Push(container);
    }

    private void PushList(object?[] items)
    {
        PushContainer(new PickleList());
        Append(items);
    }

    private void PushTuple(object?[] items)
    {
        budget.Spend(PickleBudget.Container + items.Length * (long)PickleBudget.Item);
        Push(new PickleTuple(items));
    }

    private void Append(object?[] items)
    {
        budget.Spend(2L * items.Length * PickleBudget.Item);
        Top<PickleList>("a list").AddRange(items);
    }

    private void SetItems(object?[] items)
    {
        if (items.Length % 2 != 0)
        {
            throw new InvalidDataException($"its pickle has a key without a value before byte {input.Position}");
        }

        budget.Spend(2L * items.Length * PickleBudget.Item);
        var dictionary = Top<PickleDictionary>("a dictionary");
        for (var i = 0; i < items.Length; i += 2)
        {
            dictionary.Add(new(items[i], items[i + 1]));
        }
    }

    private bool Remember(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'q': // BINPUT
                Put(input.ReadByte());
                return true;
            case (byte)'r': // LONG_BINPUT
                Put((uint)input.ReadInt32());
                return true;
            case (byte)'p': // PUT
                Put(ParseIndex());
                return true;
            case 0x94: // MEMOIZE
                Put((uint)memo.Count);
                return true;
            case (byte)'h': // BINGET
                Push(Get(input.ReadByte()));
                return true;
            case (byte)'j': // LONG_BINGET
                Push(Get((uint)input.ReadInt32()));
                return true;
            case (byte)'g': // GET
                Push(Get(ParseIndex()));
                return true;
            default:
                return false;
        }
    }

    private uint ParseIndex() => uint.TryParse(ReadLine(), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
        ? index
        : throw new InvalidDataException($"its pickle has no memo's number before byte {input.Position}; expected one");

    private void Put(uint index)
    {
        budget.Spend(2 * PickleBudget.Item);
        memo[index] = Top();
    }

    private object? Get(uint index) => memo.TryGetValue(index, out var value)
        ? value
        : throw new InvalidDataException($"its pickle recalls memo {index} before byte {input.Position}, which it never kept");

    private bool Refer(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'c': // GLOBAL
                var module = ReadLine();
                Push(PickleGlobals.Find($"{module}.{ReadLine()}"));
                return true;
            case 0x93: // STACK_GLOBAL
                Push(PickleGlobals.Find(PopLast(2) is [string moduleName, string name]
                    ? $"{moduleName}.{name}"
                    : throw new InvalidDataException($"its pickle asks for something by no name before byte {input.Position}")));
                return true;
            case (byte)'R': // REDUCE
            case 0x81: // NEWOBJ
                Push(Call(PopLast(2)));
                return true;
            case (byte)'b': // BUILD: attributes, such as a state_dict's versions, which weights do not need
                Pop();
                Top();
                return true;
            case (byte)'Q': // BINPERSID
                budget.Spend(PickleBudget.Container);
                Push(loadPersistent(Pop()));
                return true;
            case (byte)'P': // PERSID
                budget.Spend(PickleBudget.Container);
                Push(loadPersistent(ReadLine()));
                return true;
            default:
                return false;
        }
    }

    private object? Call(object?[] call)
    {
        if (call is not [PickleGlobal global, PickleTuple arguments])
        {
            throw new InvalidDataException($"its pickle calls what is no function before byte {input.Position}");
        }

        budget.Spend(PickleBudget.Container);
        return global is PickleFunction function
            ? function.Call(arguments.Items, budget)
            : throw new InvalidDataException($"its pickle calls {global.Name}, which weights only name");
    }

    private void Push(object? value)
    {
        if (stack.Count == DeepestStack)
        {
            throw TooDeep();
        }

        stack.Add(value);
    }

    private object? Pop()
    {
        var value = Top();
        stack.RemoveAt(stack.Count - 1);
        return value;
    }

    private object?[] PopLast(int count)
    {
        if (stack.Count - Floor < count)
        {
            throw new InvalidDataException($"its pickle takes more than it has made before byte {input.Position}");
        }

        var values = new object?[count];
        stack.CopyTo(stack.Count - count, values, 0, count);
        stack.RemoveRange(stack.Count - count, count);
        return values;
    }

    private object?[] PopMark()
    {
        if (marks is not [.., var mark])
        {
            throw new InvalidDataException($"its pickle ends a group before byte {input.Position} that it never began");
        }

        marks.RemoveAt(marks.Count - 1);
        return PopLast(stack.Count - mark);
    }

    private object? Top() => stack.Count > Floor
        ? stack[^1]
        : throw new InvalidDataException($"its pickle takes more than it has made before byte {input.Position}");

    private T Top<T>(string expected) => Top() is T value
        ? value
        : throw new InvalidDataException($"its pickle fills something else before byte {input.Position}; expected {expected}");

    private static InvalidDataException TooDeep() =>
        new($"its pickle piles up more than {DeepestStack} values; expected no more");
}
