using System.Text.Json;

namespace FcnService.Api.OpenInference;

/// <summary>
/// Reads an inference request's JSON, but for its data, which are left where they are. Properties may come in any order; what the protocol
/// does not name is passed over, as it asks; what would change the answer and is not served is refused.
/// </summary>
internal static class InferenceRequestReader
{
    // Of names, data types and ids, which come back in answers.
    private const int LongestText = 1_000;

    private const int MostDimensions = 8;

    // More than any model here has.
    private const int MostOutputs = 16;

    /// <summary>Reads a request.</summary>
    /// <param name="json">The JSON.</param>
    /// <param name="binary">The binary data after it, which must be the input's to the last byte.</param>
    /// <exception cref="InvalidInferenceRequestException">The JSON is malformed, or is no inference request for a model with one input.</exception>
    public static InferenceRequest Read(ReadOnlyMemory<byte> json, ReadOnlyMemory<byte> binary)
    {
        try
        {
            var reader = new Utf8JsonReader(json.Span);
            var request = ReadRequest(ref reader, json, binary);
            // Beyond the object there may be white space only.
            reader.Read();
            return request;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The reader tells of malformed text by JsonException, and of malformed Unicode in a string by InvalidOperationException.
            throw new InvalidInferenceRequestException($"The JSON cannot be read: {error.Message}");
        }
    }

    private static InferenceRequest ReadRequest(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json, ReadOnlyMemory<byte> binary)
    {
        string? id = null;
        RequestInput? input = null;
        List<RequestOutput> outputs = [];
        var wantsBinary = false;
        Expect(ref reader, JsonTokenType.StartObject, "The request");
        while (ReadProperty(ref reader))
        {
            if (reader.ValueTextEquals("id"u8))
            {
                id = ReadText(ref reader, "The request's \"id\"");
            }
            else if (reader.ValueTextEquals("inputs"u8))
            {
                input = ReadInputs(ref reader, json, binary);
            }
            else if (reader.ValueTextEquals("outputs"u8))
            {
                outputs = ReadOutputs(ref reader);
            }
            else if (reader.ValueTextEquals("parameters"u8))
            {
                wantsBinary = ReadParameters(ref reader, "The request").BinaryDataOutput ?? false;
            }
            else
            {
                reader.Skip();
            }
        }

        return new InferenceRequest(id, input ?? throw new InvalidInferenceRequestException("The request has no \"inputs\"."), outputs, wantsBinary);
    }

    private static RequestInput ReadInputs(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json, ReadOnlyMemory<byte> binary)
    {
        Draft? input = null;
        Expect(ref reader, JsonTokenType.StartArray, "The request's \"inputs\"");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (input is not null)
            {
                throw new InvalidInferenceRequestException("The request has more than one input; expected one.");
            }

            input = ReadInput(ref reader, json);
        }

        return Complete(input ?? throw new InvalidInferenceRequestException("The request has no input; expected one."), binary);
    }

    private static Draft ReadInput(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json)
    {
        var input = new Draft(string.Empty, string.Empty, [], Json: null, BinaryLength: null);
        ExpectHere(ref reader, JsonTokenType.StartObject, "The input");
        while (ReadProperty(ref reader))
        {
            if (reader.ValueTextEquals("name"u8))
            {
                input = input with { Name = ReadText(ref reader, "The input's \"name\"") };
            }
            else if (reader.ValueTextEquals("datatype"u8))
            {
                input = input with { Datatype = ReadText(ref reader, "The input's \"datatype\"") };
            }
            else if (reader.ValueTextEquals("shape"u8))
            {
                input = input with { Shape = ReadShape(ref reader) };
            }
            else if (reader.ValueTextEquals("parameters"u8))
            {
                input = input with { BinaryLength = ReadParameters(ref reader, "The input").BinaryDataSize };
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                input = input with { Json = ReadData(ref reader, json) };
            }
            else
            {
                reader.Skip();
            }
        }

        return input;
    }

    private static RequestInput Complete(Draft draft, ReadOnlyMemory<byte> binary)
    {
        var input = new RequestInput(draft.Name, draft.Datatype, draft.Shape, draft.Json ?? binary, IsBinary: draft.Json is null);
        var missing = input.Name.Length == 0 ? "name" : input.Datatype.Length == 0 ? "datatype" : input.Shape.Count == 0 ? "shape" : null;
        if (missing is not null)
        {
            throw new InvalidInferenceRequestException($"The input {input} lacks its \"{missing}\".");
        }

        if (draft.Json is null && draft.BinaryLength is null)
        {
            throw new InvalidInferenceRequestException(
                $"The input {input} has no data; expected \"data\", or the parameter \"binary_data_size\" and binary data.");
        }

        if (draft.Json is not null && draft.BinaryLength is not null)
        {
            throw new InvalidInferenceRequestException(
                $"The input {input} has both \"data\" and the parameter \"binary_data_size\"; expected one of them.");
        }

        return (draft.BinaryLength ?? 0) == binary.Length
            ? input
            : throw new InvalidInferenceRequestException(
                $"The input {input} announces {draft.BinaryLength ?? 0} bytes of binary data, but {binary.Length} bytes follow the JSON.");
    }

    private static List<long> ReadShape(ref Utf8JsonReader reader)
    {
        List<long> shape = [];
        Expect(ref reader, JsonTokenType.StartArray, "The input's \"shape\"");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            ExpectHere(ref reader, JsonTokenType.Number, "A dimension of the input's \"shape\"");
            if (!reader.TryGetInt64(out var side) || side < 0)
            {
                throw new InvalidInferenceRequestException("A dimension of the input's \"shape\" is no whole number from 0 to 2⁶³ − 1.");
            }

            if (shape.Count == MostDimensions)
            {
                throw new InvalidInferenceRequestException($"The input's \"shape\" has more than {MostDimensions} dimensions.");
            }

            shape.Add(side);
        }

        return shape;
    }

    private static ReadOnlyMemory<byte> ReadData(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json)
    {
        Expect(ref reader, JsonTokenType.StartArray, "The input's \"data\"");
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return json[start..(int)reader.BytesConsumed];
    }

    private static List<RequestOutput> ReadOutputs(ref Utf8JsonReader reader)
    {
        List<RequestOutput> outputs = [];
        Expect(ref reader, JsonTokenType.StartArray, "The request's \"outputs\"");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (outputs.Count == MostOutputs)
            {
                throw new InvalidInferenceRequestException($"The request asks for more than {MostOutputs} outputs.");
            }

            outputs.Add(ReadOutput(ref reader));
        }

        return outputs;
    }

    private static RequestOutput ReadOutput(ref Utf8JsonReader reader)
    {
        string? name = null;
        bool? wantsBinary = null;
        ExpectHere(ref reader, JsonTokenType.StartObject, "An output");
        while (ReadProperty(ref reader))
        {
            if (reader.ValueTextEquals("name"u8))
            {
                name = ReadText(ref reader, "An output's \"name\"");
            }
            else if (reader.ValueTextEquals("parameters"u8))
            {
                wantsBinary = ReadParameters(ref reader, "An output").BinaryData;
            }
            else
            {
                reader.Skip();
            }
        }

        return new RequestOutput(name ?? throw new InvalidInferenceRequestException("An output lacks its \"name\"."), wantsBinary);
    }

    private static Parameters ReadParameters(ref Utf8JsonReader reader, string whose)
    {
        var parameters = default(Parameters);
        Expect(ref reader, JsonTokenType.StartObject, $"{whose}'s \"parameters\"");
        while (ReadProperty(ref reader))
        {
            if (reader.ValueTextEquals("binary_data_size"u8))
            {
                parameters = parameters with { BinaryDataSize = ReadLength(ref reader) };
            }
            else if (reader.ValueTextEquals("binary_data"u8))
            {
                parameters = parameters with { BinaryData = ReadFlag(ref reader, "binary_data") };
            }
            else if (reader.ValueTextEquals("binary_data_output"u8))
            {
                parameters = parameters with { BinaryDataOutput = ReadFlag(ref reader, "binary_data_output") };
            }
            else if (reader.ValueTextEquals("shared_memory_region"u8) || reader.ValueTextEquals("classification"u8))
            {
                throw new InvalidInferenceRequestException($"{whose} has the parameter \"{reader.GetString()}\"; that extension is not served here.");
            }
            else
            {
                reader.Skip();
            }
        }

        return parameters;
    }

    private static long ReadLength(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.Number, "The parameter \"binary_data_size\"");
        return reader.TryGetInt64(out var length) && length >= 0
            ? length
            : throw new InvalidInferenceRequestException("The parameter \"binary_data_size\" is no number of bytes from 0 to 2⁶³ − 1.");
    }

    private static bool ReadFlag(ref Utf8JsonReader reader, string name)
    {
        reader.Read();
        return reader.TokenType is JsonTokenType.True or JsonTokenType.False
            ? reader.GetBoolean()
            : throw Unexpected(reader.TokenType, $"The parameter \"{name}\"", "true or false");
    }

    private static string ReadText(ref Utf8JsonReader reader, string what)
    {
        Expect(ref reader, JsonTokenType.String, what);
        return reader.ValueSpan.Length <= LongestText
            ? reader.GetString()!
            : throw new InvalidInferenceRequestException($"{what} has {reader.ValueSpan.Length} bytes; at most {LongestText} are taken.");
    }

    // Goes to the next property of the object that the reader is in; false at the object's end.
    private static bool ReadProperty(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type, string what)
    {
        reader.Read();
        ExpectHere(ref reader, type, what);
    }

    private static void ExpectHere(ref Utf8JsonReader reader, JsonTokenType type, string what)
    {
        if (reader.TokenType != type)
        {
            throw Unexpected(reader.TokenType, what, Describe(type));
        }
    }

    private static InvalidInferenceRequestException Unexpected(JsonTokenType type, string what, string expected) =>
        new($"{what} is {Describe(type)}; expected {expected}.");

    private static string Describe(JsonTokenType type) => type switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "true or false",
        _ => "null",
    };

    // An input as far as it has been read.
    private sealed record Draft(string Name, string Datatype, IReadOnlyList<long> Shape, ReadOnlyMemory<byte>? Json, long? BinaryLength);

    private readonly record struct Parameters(long? BinaryDataSize, bool? BinaryData, bool? BinaryDataOutput);
}
