using System.Text.Json;

namespace FcnService.Api.OpenInference;

/// <summary>Reads the numbers of an FP32 tensor from a JSON array, flat or nested as the tensor's shape is.</summary>
internal ref struct JsonFloats
{
    private readonly RequestInput input;
    private readonly long[] lengths;
    private readonly bool isNested;
    private Utf8JsonReader reader;
    private int depth;
    private long count;

    /// <summary>Begins to read.</summary>
    /// <param name="input">A tensor whose data are a well-formed JSON array.</param>
    public JsonFloats(RequestInput input)
    {
        this.input = input;
        lengths = new long[input.Shape.Count];
        depth = 1;
        reader = new Utf8JsonReader(input.Data.Span);
        reader.Read();
        var first = reader;
        isNested = first.Read() && first.TokenType == JsonTokenType.StartArray;
    }

    /// <summary>Reads the next numbers.</summary>
    /// <param name="destination">Filled to its end.</param>
    /// <exception cref="InvalidInferenceRequestException">There are fewer, something else is among them, or they are nested otherwise.</exception>
    public void Read(Span<float> destination)
    {
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = ReadNumber();
        }
    }

    /// <summary>Sees that nothing is left.</summary>
    /// <exception cref="InvalidInferenceRequestException">Something is.</exception>
    public void ReadEnd()
    {
        while (depth > 0)
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.EndArray)
            {
                throw new InvalidInferenceRequestException($"The \"data\" of the input {input} go on after its {count} elements.");
            }

            Close();
        }
    }

    private float ReadNumber()
    {
        while (depth > 0)
        {
            reader.Read();
            switch (reader.TokenType)
            {
                case JsonTokenType.Number:
                    return Number();
                case JsonTokenType.StartArray when isNested && depth < lengths.Length:
                    Open();
                    break;
                case JsonTokenType.EndArray:
                    Close();
                    break;
                default:
                    throw new InvalidInferenceRequestException(
                        $"The \"data\" of the input {input} have, after {count} elements, something that is no number in a flat array, "
                        + "or in one nested as the shape.");
            }
        }

        throw new InvalidInferenceRequestException($"The \"data\" of the input {input} end after {count} elements.");
    }

    private float Number()
    {
        if (isNested && depth != lengths.Length)
        {
            throw Misshapen();
        }

        if (!reader.TryGetSingle(out var number) || !float.IsFinite(number))
        {
            throw new InvalidInferenceRequestException($"The \"data\" of the input {input} have, after {count} elements, a number beyond FP32.");
        }

        lengths[depth - 1]++;
        count++;
        return number;
    }

    private void Open()
    {
        lengths[depth - 1]++;
        lengths[depth] = 0;
        depth++;
    }

    private void Close()
    {
        depth--;
        if (isNested && lengths[depth] != input.Shape[depth])
        {
            throw Misshapen();
        }
    }

    private readonly InvalidInferenceRequestException Misshapen() =>
        new($"The \"data\" of the input {input} are nested otherwise than its shape, seen after {count} elements.");
}
