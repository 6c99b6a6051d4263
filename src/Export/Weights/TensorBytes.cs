using System.Runtime.InteropServices;

namespace FcnService.Export.Weights;

/// <summary>Where a tensor's bytes lie in its file, and how to bring them into row-major order.</summary>
internal abstract class TensorBytes
{
    /// <summary>Reads all of them.</summary>
    /// <param name="file">The file.</param>
    /// <param name="destination">As many bytes as the tensor has.</param>
    /// <exception cref="InvalidDataException">The file does not hold them, or not in a form that can be read.</exception>
    public abstract void Read(FileBytes file, Span<byte> destination);
}

/// <summary>Bytes in one row.</summary>
/// <param name="offset">The first one's place in the file.</param>
internal sealed class ContiguousBytes(long offset) : TensorBytes
{
    /// <inheritdoc/>
    public override void Read(FileBytes file, Span<byte> destination) => file.ReadAt(offset, destination);
}

/// <summary>Values in pieces with equal steps within a piece, as Protocol Buffers store numbers: packed, or each after its tag.</summary>
/// <param name="elementSize">The bytes of a value.</param>
internal sealed class PiecewiseBytes(int elementSize) : TensorBytes
{
    /// <summary>Writers use one piece, or one a value with equal steps, which is one here too.</summary>
    private const int MostPieces = 1000;

    private readonly List<Piece> pieces = [];

    /// <summary>The number of values.</summary>
    public long Count { get; private set; }

    /// <summary>Adds values that lie side by side.</summary>
    /// <param name="offset">The first one's place in the file.</param>
    /// <param name="count">How many they are.</param>
    public void Add(long offset, long count)
    {
        if (count == 0)
        {
            return;
        }

        Count += count;
        if (count == 1 && pieces is [.., var last] && last.Takes(offset))
        {
            pieces[^1] = last with { Count = last.Count + 1, Step = (offset - last.Offset) / last.Count };
            return;
        }

        if (pieces.Count == MostPieces)
        {
            throw new InvalidDataException($"the values before byte {offset} are in {MostPieces} pieces; expected no more");
        }

        pieces.Add(new Piece(offset, count, elementSize));
    }

    /// <inheritdoc/>
    public override void Read(FileBytes file, Span<byte> destination)
    {
        foreach (var piece in pieces)
        {
            var bytes = checked((int)(piece.Count * elementSize));
            if (piece.Step == elementSize)
            {
                file.ReadAt(piece.Offset, destination[..bytes]);
            }
            else
            {
                ReadEach(file, piece, destination[..bytes]);
            }

            destination = destination[bytes..];
        }
    }

    private void ReadEach(FileBytes file, Piece piece, Span<byte> destination)
    {
        var end = piece.Offset + (piece.Count - 1) * piece.Step + elementSize;
        var reader = new ByteReader(file, piece.Offset, end);
        for (var i = 0; i < destination.Length; i += elementSize)
        {
            reader.Read(destination.Slice(i, elementSize));
            reader.Skip(Math.Min(piece.Step - elementSize, reader.Remaining));
        }
    }

    private sealed record Piece(long Offset, long Count, long Step)
    {
        /// <summary>Tags and lengths between values have less.</summary>
        private const int LongestStep = 32;

        public bool Takes(long next) => Count == 1
            ? next - Offset is > 0 and <= LongestStep
            : next == Offset + Count * Step;
    }
}

/// <summary>A view into a PyTorch storage, such as a transposed or sliced tensor.</summary>
/// <param name="offset">The first value's place in the file.</param>
/// <param name="elementSize">The bytes of a value.</param>
/// <param name="dimensions">The lengths of the axes, none of them 0.</param>
/// <param name="strides">The values from one index of an axis to the next, an axis each; none is negative.</param>
internal sealed class StridedBytes(long offset, int elementSize, int[] dimensions, long[] strides) : TensorBytes
{
    /// <summary>The number of values from a view's first one to its last one, both counted.</summary>
    /// <exception cref="OverflowException">It exceeds 2^63 - 1.</exception>
    public static long Span(ReadOnlySpan<int> dimensions, ReadOnlySpan<long> strides)
    {
        var span = 1L;
        for (var axis = 0; axis < dimensions.Length; axis++)
        {
            if (dimensions[axis] == 0)
            {
                return 0;
            }

            span = checked(span + (dimensions[axis] - 1L) * strides[axis]);
        }

        return span;
    }

    /// <summary>Whether the values lie in row-major order without gaps; an axis of length 1 has no say.</summary>
    public static bool IsContiguous(ReadOnlySpan<int> dimensions, ReadOnlySpan<long> strides)
    {
        var expected = 1L;
        for (var axis = dimensions.Length - 1; axis >= 0; axis--)
        {
            if (dimensions[axis] != 1 && strides[axis] != expected)
            {
                return false;
            }

            expected *= dimensions[axis];
        }

        return true;
    }

    /// <inheritdoc/>
    public override void Read(FileBytes file, Span<byte> destination)
    {
        var storage = new byte[checked((int)(Span(dimensions, strides) * elementSize))];
        file.ReadAt(offset, storage);
        switch (elementSize)
        {
            case 1:
                Gather(storage, destination);
                break;
            case 2:
                Gather(MemoryMarshal.Cast<byte, short>(storage), MemoryMarshal.Cast<byte, short>(destination));
                break;
            case 4:
                Gather(MemoryMarshal.Cast<byte, int>(storage), MemoryMarshal.Cast<byte, int>(destination));
                break;
            default:
                Gather(MemoryMarshal.Cast<byte, long>(storage), MemoryMarshal.Cast<byte, long>(destination));
                break;
        }
    }

    private void Gather<T>(ReadOnlySpan<T> storage, Span<T> destination)
    {
        var index = new int[dimensions.Length];
        var position = 0L;
        foreach (ref var value in destination)
        {
            value = storage[(int)position];
            for (var axis = index.Length - 1; axis >= 0; axis--)
            {
                position += strides[axis];
                if (++index[axis] < dimensions[axis])
                {
                    break;
                }

                position -= index[axis] * strides[axis];
                index[axis] = 0;
            }
        }
    }
}

/// <summary>Bytes that the file does not hold in a form that can be read, though it can be told that they are there.</summary>
/// <param name="reason">Why, as a clause.</param>
internal sealed class UnreadableBytes(string reason) : TensorBytes
{
    /// <inheritdoc/>
    public override void Read(FileBytes file, Span<byte> destination) => throw new InvalidDataException(reason);
}
