using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text.Json;
using FcnService.Inference;

namespace FcnService.Api.OpenInference;

/// <summary>The one element of the tensor that holds an encoded photo: bytes as binary data, Base64 in JSON. Dispose it once.</summary>
internal sealed class EncodedPhoto : IDisposable
{
    private byte[]? buffer;

    private EncodedPhoto(ReadOnlyMemory<byte> bytes, byte[]? buffer = null)
    {
        Bytes = bytes;
        this.buffer = buffer;
    }

    /// <summary>The photo's file.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Reads the element.</summary>
    /// <param name="input">The tensor; must live as long as the photo.</param>
    /// <exception cref="InvalidInferenceRequestException">Data type, shape or data are not those of one element.</exception>
    public static EncodedPhoto Read(RequestInput input)
    {
        if (input.Datatype != Datatype.Bytes.Name || input.Shape is not [1])
        {
            throw new InvalidInferenceRequestException($"The input is {input}; expected one encoded photo, BYTES [1].");
        }

        return input.IsBinary ? ReadBinary(input) : ReadBase64(input);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref buffer, null) is { } rented)
        {
            ImageBuffers.Bytes.Return(rented);
        }
    }

    private static EncodedPhoto ReadBinary(RequestInput input)
    {
        const int Prefix = sizeof(uint);
        var data = input.Data;
        if (data.Length < Prefix || BinaryPrimitives.ReadUInt32LittleEndian(data.Span) != data.Length - Prefix)
        {
            throw new InvalidInferenceRequestException(
                $"The {data.Length} bytes of binary data of the input {input} are not one element: "
                + "its length in 4 bytes, little-endian, and as many bytes.");
        }

        return new EncodedPhoto(data[Prefix..]);
    }

    private static EncodedPhoto ReadBase64(RequestInput input)
    {
        var reader = new Utf8JsonReader(input.Data.Span);
        reader.Read();
        reader.Read();
        var text = reader;
        if (reader.TokenType != JsonTokenType.String || !reader.Read() || reader.TokenType != JsonTokenType.EndArray)
        {
            throw new InvalidInferenceRequestException($"The \"data\" of the input {input} are not one string, the photo in Base64.");
        }

        var buffer = ImageBuffers.Bytes.Rent(Math.Max(1, text.ValueSpan.Length));
        try
        {
            return new EncodedPhoto(buffer.AsMemory(0, Decode(text, buffer, input)), buffer);
        }
        catch
        {
            ImageBuffers.Bytes.Return(buffer);
            throw;
        }
    }

    private static int Decode(Utf8JsonReader text, byte[] buffer, RequestInput input)
    {
        var status = OperationStatus.InvalidData;
        var length = 0;
        try
        {
            // Base64 may come with its slashes escaped.
            status = Base64.DecodeFromUtf8InPlace(buffer.AsSpan(0, text.CopyString(buffer)), out length);
        }
        catch (InvalidOperationException)
        {
            // Malformed Unicode, which is no Base64 either.
        }

        return status == OperationStatus.Done
            ? length
            : throw new InvalidInferenceRequestException($"The string in the \"data\" of the input {input} is no Base64.");
    }
}
