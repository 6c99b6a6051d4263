namespace FcnService.Export.Weights;

/// <summary>Walks over messages of Protocol Buffers field by field, without keeping them. Source: the encoding's specification.</summary>
internal static class ProtobufFields
{
    /// <summary>A number of 1 to 10 bytes.</summary>
    public const int Varint = 0;

    /// <summary>8 bytes.</summary>
    public const int Fixed64 = 1;

    /// <summary>A length, and as many bytes.</summary>
    public const int Bytes = 2;

    /// <summary>4 bytes.</summary>
    public const int Fixed32 = 5;

    /// <summary>Reads a field's number and form, if there is one more.</summary>
    public static bool TryReadTag(this ByteReader message, out Tag tag)
    {
        tag = default;
        if (message.Remaining == 0)
        {
            return false;
        }

        var start = message.Position;
        var value = message.ReadVarint();
        tag = new Tag((int)Math.Min(value >> 3, int.MaxValue), (int)(value & 7));
        return tag.Field is > 0 and < 1 << 29
            ? true
            : throw new InvalidDataException($"the field at byte {start} has number {value >> 3}; expected 1 to {(1 << 29) - 1}");
    }

    /// <summary>Goes on after a field's value.</summary>
    public static void SkipField(this ByteReader message, Tag tag)
    {
        switch (tag.Wire)
        {
            case Varint:
                message.ReadVarint();
                break;
            case Fixed64:
                message.Skip(sizeof(ulong));
                break;
            case Bytes:
                message.Skip(message.ReadLength());
                break;
            case Fixed32:
                message.Skip(sizeof(uint));
                break;
            default:
                throw new InvalidDataException(
                    $"the field before byte {message.Position} has wire type {tag.Wire}; expected 0, 1, 2 or 5");
        }
    }

    /// <summary>Reads a message within a message.</summary>
    public static void ReadMessage(this ByteReader message, Action<ByteReader> read)
    {
        var outer = message.Enter(message.ReadLength());
        read(message);
        message.Leave(outer);
    }

    /// <summary>Reads text within a message.</summary>
    public static string ReadString(this ByteReader message) => message.ReadText(message.ReadLength());

    /// <summary>Reads whole numbers, packed or one of them, onto a list.</summary>
    public static void ReadNumbers(this ByteReader message, Tag tag, List<long> numbers, int most)
    {
        if (tag.Wire == Bytes)
        {
            var outer = message.Enter(message.ReadLength());
            while (message.Remaining > 0)
            {
                Add(message, numbers, most);
            }

            message.Leave(outer);
        }
        else
        {
            Add(message, numbers, most);
        }
    }

    private static void Add(ByteReader message, List<long> numbers, int most)
    {
        numbers.Add(unchecked((long)message.ReadVarint()));
        if (numbers.Count > most)
        {
            throw new InvalidDataException($"the list before byte {message.Position} has more than {most} numbers; expected no more");
        }
    }

    /// <summary>A field's number and the form of its value.</summary>
    internal readonly record struct Tag(int Field, int Wire);
}
