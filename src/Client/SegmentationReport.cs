using System.Text.Json;
using System.Text.Json.Serialization;

namespace FcnService.Client;

/// <summary>What an image shows, in numbers.</summary>
/// <param name="Model">The model that was asked.</param>
/// <param name="Width">The upright photo's width, in pixels.</param>
/// <param name="Height">Its height, in pixels.</param>
/// <param name="Classes">The classes that occur in the mask, in the order of their indices.</param>
public sealed record SegmentationReport(string Model, int Width, int Height, IReadOnlyList<ClassReport> Classes);

/// <summary>A class in a mask.</summary>
/// <param name="Name">The class' name.</param>
/// <param name="Index">Its label in the mask.</param>
/// <param name="Color">Its colour as #rrggbb.</param>
/// <param name="Pixels">How many pixels it has.</param>
/// <param name="Share">The same as a share of all pixels, 0 to 1.</param>
/// <param name="Bbox">The smallest box around them.</param>
/// <param name="Confidence">The mean probability over them, 0 to 1; null if the model gives labels alone.</param>
/// <param name="Rle">The pixels, if <see cref="RegionForm.Rle"/> was asked for.</param>
/// <param name="Polygons">
/// The pixels, if <see cref="RegionForm.Polygons"/> was asked for: rings of x, y in turn along the pixels' edges, of which the even-odd
/// rule makes the region.
/// </param>
public sealed record ClassReport(
    string Name,
    int Index,
    string Color,
    long Pixels,
    double Share,
    BoundingBox Bbox,
    double? Confidence = null,
    RunLengths? Rle = null,
    IReadOnlyList<IReadOnlyList<double>>? Polygons = null);

/// <summary>A box of whole pixels.</summary>
/// <param name="X">Its left edge.</param>
/// <param name="Y">Its upper edge.</param>
/// <param name="Width">Its width.</param>
/// <param name="Height">Its height.</param>
[JsonConverter(typeof(BoundingBoxConverter))]
public readonly record struct BoundingBox(int X, int Y, int Width, int Height);

/// <summary>Pixels as COCO's compressed run lengths, which pycocotools reads.</summary>
/// <param name="Size">The mask's height and width.</param>
/// <param name="Counts">The run lengths, column by column.</param>
public sealed record RunLengths(IReadOnlyList<int> Size, string Counts);

/// <summary>Reads a box from [x, y, width, height].</summary>
internal sealed class BoundingBoxConverter : JsonConverter<BoundingBox>
{
    public override BoundingBox Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("A box begins with something else than a list; expected [x, y, width, height].");
        }

        var box = new BoundingBox(Next(ref reader), Next(ref reader), Next(ref reader), Next(ref reader));
        return reader.Read() && reader.TokenType == JsonTokenType.EndArray
            ? box
            : throw new JsonException("A box has more than four numbers; expected [x, y, width, height].");
    }

    public override void Write(Utf8JsonWriter writer, BoundingBox value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        writer.WriteNumberValue(value.X);
        writer.WriteNumberValue(value.Y);
        writer.WriteNumberValue(value.Width);
        writer.WriteNumberValue(value.Height);
        writer.WriteEndArray();
    }

    private static int Next(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.Number
        ? reader.GetInt32()
        : throw new JsonException("A box has fewer than four numbers; expected [x, y, width, height].");
}
