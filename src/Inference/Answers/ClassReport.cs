using System.Text.Encodings.Web;
using System.Text.Json;
using FcnService.Inference.Labels;
using FcnService.Inference.Models;

namespace FcnService.Inference.Answers;

/// <summary>Tells in JSON what there is of each class in a mask.</summary>
/// <param name="model">The model's name.</param>
/// <param name="contract">What knows the classes.</param>
/// <param name="selection">The classes that are shown.</param>
/// <param name="form">How the pixels of each class are told.</param>
internal sealed class ClassReport(string model, ModelContract contract, ClassSelection selection, RegionForm form)
{
    // The answer is JSON and nothing else, so that what HTML would take for a tag need not be escaped.
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the report.</summary>
    /// <param name="segmentation">What the model said.</param>
    /// <param name="shown">The labels that are shown of it.</param>
    /// <param name="output">Receives it.</param>
    public void Write(Segmentation segmentation, ClassMap shown, Stream output)
    {
        var regions = RegionStatistics.Of(segmentation.Labels, segmentation.Confidence, selection);
        var runs = form == RegionForm.Rle ? RunLengths.Of(shown) : null;
        var rings = form == RegionForm.Polygons ? RegionOutlines.Of(shown) : null;
        using var json = new Utf8JsonWriter(output, WriterOptions);
        json.WriteStartObject();
        json.WriteString("model"u8, model);
        json.WriteNumber("width"u8, shown.Size.Width);
        json.WriteNumber("height"u8, shown.Size.Height);
        json.WriteStartArray("classes"u8);
        for (var label = 0; label < contract.Classes.Count; label++)
        {
            if (regions[label] is { } region)
            {
                json.WriteStartObject();
                WriteClass(json, (byte)label, region, shown.Size.Pixels);
                WriteRuns(json, runs?[label], shown);
                WriteRings(json, rings?[label]);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteClass(Utf8JsonWriter json, byte label, RegionStatistics region, long pixels)
    {
        var colour = contract.Palette[label];
        json.WriteString("name"u8, contract.Classes[label]);
        json.WriteNumber("index"u8, label);
        json.WriteString("color"u8, $"#{colour.Red:x2}{colour.Green:x2}{colour.Blue:x2}");
        json.WriteNumber("pixels"u8, region.Pixels);
        json.WriteNumber("share"u8, Math.Round((double)region.Pixels / pixels, 6));
        if (region.Confidence is { } confidence)
        {
            json.WriteNumber("confidence"u8, Math.Round(confidence, 4));
        }

        var box = region.Box;
        WriteNumbers(json, "bbox"u8, [box.X, box.Y, box.Width, box.Height]);
    }

    private static void WriteRuns(Utf8JsonWriter json, RunLengths? runs, ClassMap map)
    {
        if (runs is null)
        {
            return;
        }

        json.WriteStartObject("rle"u8);
        WriteNumbers(json, "size"u8, [map.Size.Height, map.Size.Width]);
        json.WriteString("counts"u8, runs.Text);
        json.WriteEndObject();
    }

    private static void WriteRings(Utf8JsonWriter json, IReadOnlyList<int[]>? rings)
    {
        if (rings is null)
        {
            return;
        }

        json.WriteStartArray("polygons"u8);
        foreach (var ring in rings)
        {
            json.WriteStartArray();
            foreach (var coordinate in ring)
            {
                json.WriteNumberValue(coordinate);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static void WriteNumbers(Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlySpan<int> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }
}
