using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace FcnService.Api.OpenInference;

/// <summary>
/// Sends an answer: JSON, and with the binary data extension the outputs' data after it. Of what it writes it holds nothing as a whole but the
/// JSON before binary data, whose length comes first.
/// </summary>
internal static class InferenceAnswerWriter
{
    // Of elements that are written at once, in bytes; a multiple of every element's size.
    private const int Slice = 64 * 1024;

    /// <summary>Sends an answer.</summary>
    public static async Task WriteAsync(InferenceAnswer answer, HttpResponse response, CancellationToken cancellation)
    {
        var binary = answer.Outputs.Where(output => output.IsBinary).ToList();
        if (binary.Count == 0)
        {
            response.ContentType = "application/json";
            await WriteJsonAsync(answer, response.Body, cancellation);
            return;
        }

        using var json = new MemoryStream();
        await WriteJsonAsync(answer, json, cancellation);
        response.ContentType = "application/octet-stream";
        response.ContentLength = json.Length + binary.Sum(output => output.Length);
        response.Headers[InferenceBodyReader.JsonLengthHeader] = json.Length.ToString(CultureInfo.InvariantCulture);
        await response.Body.WriteAsync(json.GetBuffer().AsMemory(0, (int)json.Length), cancellation);
        foreach (var part in binary.SelectMany(output => output.Parts))
        {
            await WriteBinaryAsync(part, response, cancellation);
        }
    }

    private static async Task WriteBinaryAsync(TensorPart part, HttpResponse response, CancellationToken cancellation)
    {
        var length = part().Length;
        for (var start = 0; start < length; start += Slice)
        {
            var count = Math.Min(Slice, length - start);
            part().Slice(start, count).CopyTo(response.BodyWriter.GetSpan(count));
            response.BodyWriter.Advance(count);
            await response.BodyWriter.FlushAsync(cancellation);
        }
    }

    private static async Task WriteJsonAsync(InferenceAnswer answer, Stream stream, CancellationToken cancellation)
    {
        await using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("model_name", answer.Model);
        json.WriteString("model_version", ModelTensors.Version);
        if (answer.Id is not null)
        {
            json.WriteString("id", answer.Id);
        }

        json.WriteStartArray("outputs");
        foreach (var output in answer.Outputs)
        {
            await WriteOutputAsync(output, json, cancellation);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static async Task WriteOutputAsync(OutputTensor output, Utf8JsonWriter json, CancellationToken cancellation)
    {
        json.WriteStartObject();
        json.WriteString("name", output.Name);
        json.WriteString("datatype", output.Datatype.Name);
        json.WriteStartArray("shape");
        foreach (var side in output.Shape)
        {
            json.WriteNumberValue(side);
        }

        json.WriteEndArray();
        if (output.IsBinary)
        {
            json.WriteStartObject("parameters");
            json.WriteNumber("binary_data_size", output.Length);
            json.WriteEndObject();
        }
        else
        {
            json.WriteStartArray("data");
            foreach (var part in output.Parts)
            {
                await WriteDataAsync(output.Datatype, part, json, cancellation);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static async Task WriteDataAsync(Datatype datatype, TensorPart part, Utf8JsonWriter json, CancellationToken cancellation)
    {
        if (datatype == Datatype.Bytes)
        {
            // A part is one element here; JSON has no use for its length.
            json.WriteBase64StringValue(part()[sizeof(uint)..]);
            return;
        }

        var length = part().Length;
        for (var start = 0; start < length; start += Slice)
        {
            WriteNumbers(datatype, part().Slice(start, Math.Min(Slice, length - start)), json);
            await json.FlushAsync(cancellation);
        }
    }

    private static void WriteNumbers(Datatype datatype, ReadOnlySpan<byte> elements, Utf8JsonWriter json)
    {
        if (datatype == Datatype.Fp32)
        {
            foreach (var value in MemoryMarshal.Cast<byte, float>(elements))
            {
                json.WriteNumberValue(value);
            }
        }
        else if (datatype == Datatype.Int64)
        {
            foreach (var value in MemoryMarshal.Cast<byte, long>(elements))
            {
                json.WriteNumberValue(value);
            }
        }
        else if (datatype == Datatype.Int32)
        {
            foreach (var value in MemoryMarshal.Cast<byte, int>(elements))
            {
                json.WriteNumberValue(value);
            }
        }
        else
        {
            foreach (var value in elements)
            {
                json.WriteNumberValue((uint)value);
            }
        }
    }
}
