using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using FcnService.Inference.Masks;

namespace FcnService.Inference.Models;

/// <summary>
/// What a model says about itself, in its ONNX metadata (<see cref="MetadataKey"/>) or in the sidecar <c>NAME.model.json</c> beside it.
/// Everything is optional: what is left out is read from the graph, or has the default named here.
/// </summary>
public sealed record ModelDescription
{
    /// <summary>The key of the ONNX metadata entry that holds the description as JSON.</summary>
    public const string MetadataKey = "fcn.description";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        NumberHandling = JsonNumberHandling.Strict,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        Converters = { new PaletteConverter() },
    };

    // Keys are read in any case, so they must be merged in any case, too.
    private static readonly JsonNodeOptions NodeOptions = new() { PropertyNameCaseInsensitive = true };

    private static readonly JsonDocumentOptions DocumentOptions = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>The tensor that takes the photo.</summary>
    public InputDescription? Input { get; init; }

    /// <summary>The tensor that gives the classes.</summary>
    public OutputDescription? Output { get; init; }

    /// <summary>How a photo meets an input of fixed size. Default stretch; ignored when the input takes any size.</summary>
    public Fit? Fit { get; init; }

    /// <summary>Sides are padded, at the right and the bottom, to a multiple of this many pixels. Default 1; ignored when the size is fixed.</summary>
    public int? MultipleOf { get; init; }

    /// <summary>The longest side, in pixels, that the network sees; larger photos are shrunk. Default 1024; ignored when the size is fixed.</summary>
    public int? MaxSide { get; init; }

    /// <summary>The label, 0 to 255, that stands for "no class" in ground truth and in the outputs of label models. Default 255.</summary>
    public int? Void { get; init; }

    /// <summary>The class names by label; in JSON a list, or the name of one of the <see cref="ClassSets"/>.</summary>
    [JsonConverter(typeof(ClassNamesConverter))]
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>The colours of the mask; in JSON "voc" (the default) or a list of [red, green, blue].</summary>
    public Palette? Palette { get; init; }

    /// <summary>The terms that the model's weights come under, in words.</summary>
    public string? License { get; init; }

    /// <summary>Reads a description.</summary>
    /// <param name="json">The JSON text; comments and trailing commas are allowed, unknown keys are not.</param>
    /// <param name="source">Where the text comes from, for messages.</param>
    /// <exception cref="InvalidModelException">The text is not JSON, or a key or value is not one of a description's.</exception>
    public static ModelDescription Parse(string json, string source) => Merge([(json, source)]);

    /// <summary>Reads several descriptions as one: a key of a later one wins over the same key of an earlier one.</summary>
    /// <param name="layers">JSON texts, each with the place it comes from.</param>
    /// <exception cref="InvalidModelException">One of the texts is not JSON, or a key or value is not one of a description's.</exception>
    public static ModelDescription Merge(IEnumerable<(string Json, string Source)> layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        var merged = new JsonObject(NodeOptions);
        foreach (var (json, source) in layers)
        {
            try
            {
                var layer = JsonNode.Parse(json, NodeOptions, DocumentOptions) as JsonObject
                    ?? throw new JsonException("expected an object");
                // Checks each layer by itself, so that a message names the place that is at fault.
                _ = layer.Deserialize<ModelDescription>(Json);
                Overlay(merged, layer);
            }
            catch (Exception error) when (error is JsonException or ArgumentException)
            {
                throw new InvalidModelException($"{source} is not a model description: {error.Message}", error);
            }
        }

        return merged.Deserialize<ModelDescription>(Json)!;
    }

    /// <summary>The description as JSON text; what is not set is left out.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    private static void Overlay(JsonObject below, JsonObject above)
    {
        foreach (var (key, value) in above.ToList())
        {
            if (value is JsonObject over && below[key] is JsonObject under)
            {
                Overlay(under, over);
            }
            else
            {
                below[key] = value?.DeepClone();
            }
        }
    }

    private sealed class ClassNamesConverter : JsonConverter<IReadOnlyList<string>>
    {
        public override IReadOnlyList<string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.String)
            {
                return ReadNames(ref reader, options);
            }

            var name = reader.GetString()!;
            return ClassSets.TryGet(name, out var classes)
                ? classes
                : throw new JsonException($"\"{name}\" is no known class set; expected a list of names or one of: {string.Join(", ", ClassSets.Names)}");
        }

        public override void Write(Utf8JsonWriter writer, IReadOnlyList<string> value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value, options);

        // The serializer's own message would name neither the key nor what is expected.
        private static List<string> ReadNames(ref Utf8JsonReader reader, JsonSerializerOptions options)
        {
            var expected = $"\"classes\" is neither a list of names nor one of: {string.Join(", ", ClassSets.Names)}";
            try
            {
                var names = JsonSerializer.Deserialize<List<string>>(ref reader, options)!;
                return names.Contains(null!) ? throw new JsonException() : names;
            }
            catch (JsonException error)
            {
                throw new JsonException(expected, error);
            }
        }
    }

    private sealed class PaletteConverter : JsonConverter<Palette>
    {
        public override Palette Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.String)
            {
                var name = reader.GetString();
                return string.Equals(name, "voc", StringComparison.OrdinalIgnoreCase)
                    ? Palette.Voc
                    : throw new JsonException($"\"{name}\" is no known palette; expected \"voc\" or a list of [red, green, blue]");
            }

            var rows = ReadRows(ref reader, options);
            if (rows.Length > Palette.Size)
            {
                throw new JsonException($"the palette has {rows.Length} colours; expected at most {Palette.Size}");
            }

            var colours = new Rgb[rows.Length];
            for (var i = 0; i < rows.Length; i++)
            {
                if (rows[i] is not { Length: 3 } || rows[i].Any(value => value is < 0 or > 255))
                {
                    throw new JsonException($"colour {i} of the palette is [{string.Join(", ", rows[i] ?? [])}]; expected three numbers from 0 to 255");
                }

                colours[i] = new Rgb((byte)rows[i][0], (byte)rows[i][1], (byte)rows[i][2]);
            }

            return new Palette(colours);
        }

        private static int[][] ReadRows(ref Utf8JsonReader reader, JsonSerializerOptions options)
        {
            try
            {
                return JsonSerializer.Deserialize<int[][]>(ref reader, options)!;
            }
            catch (JsonException error)
            {
                throw new JsonException("\"palette\" is neither \"voc\" nor a list of [red, green, blue], three whole numbers", error);
            }
        }

        public override void Write(Utf8JsonWriter writer, Palette value, JsonSerializerOptions options)
        {
            if (ReferenceEquals(value, Palette.Voc))
            {
                writer.WriteStringValue("voc");
                return;
            }

            JsonSerializer.Serialize(writer, value.Colours.Select(colour => new int[] { colour.Red, colour.Green, colour.Blue }), options);
        }
    }
}

/// <summary>What a model says about its input.</summary>
public sealed record InputDescription
{
    /// <summary>The input's name in the graph. Default: the only input.</summary>
    public string? Tensor { get; init; }

    /// <summary>The order of the axes. Default: where the graph says 3.</summary>
    public TensorLayout? Layout { get; init; }

    /// <summary>The order of the colour channels. Default RGB.</summary>
    public ChannelOrder? Channels { get; init; }

    /// <summary>What is subtracted from each channel, on the scale 0 to 255, in the order of <see cref="Channels"/>. Default 0.</summary>
    public IReadOnlyList<float>? Mean { get; init; }

    /// <summary>What each channel is divided by afterwards, on the scale 0 to 255, in the order of <see cref="Channels"/>. Default 1.</summary>
    public IReadOnlyList<float>? Std { get; init; }

    /// <summary>The fixed [height, width] in pixels. Default: what the graph says; left out where the graph leaves both open.</summary>
    public IReadOnlyList<int>? Size { get; init; }
}

/// <summary>What a model says about its output.</summary>
public sealed record OutputDescription
{
    /// <summary>The output's name in the graph. Default: the only output.</summary>
    public string? Tensor { get; init; }

    /// <summary>The order of the axes. Default: the input's; ignored for labels.</summary>
    public TensorLayout? Layout { get; init; }

    /// <summary>What the values are. Default labels where the graph gives integers, else logits.</summary>
    public OutputKind? Kind { get; init; }

    /// <summary>Where the output's grid lies, if it is coarser than the input's. Default: it spans the whole input.</summary>
    public Upsampling? Upsample { get; init; }
}

/// <summary>
/// A coarser output grid: resized by <see cref="Factor"/> (bilinear, half-pixel centres), its pixel (<see cref="Offset"/>,
/// <see cref="Offset"/>) is the input's pixel (0, 0).
/// </summary>
/// <param name="Factor">Input pixels per output pixel, at least 1.</param>
/// <param name="Offset">In input pixels, at least 0.</param>
public sealed record Upsampling(int Factor, int Offset = 0);

/// <summary>The order of a tensor's axes: N images, C channels or classes, H rows, W columns.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TensorLayout>))]
public enum TensorLayout
{
    /// <summary>A plane a channel.</summary>
    [JsonStringEnumMemberName("NCHW")]
    Nchw,

    /// <summary>All channels of a pixel together.</summary>
    [JsonStringEnumMemberName("NHWC")]
    Nhwc,
}

/// <summary>The order of an input's colour channels.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ChannelOrder>))]
public enum ChannelOrder
{
    /// <summary>Red first.</summary>
    [JsonStringEnumMemberName("RGB")]
    Rgb,

    /// <summary>Blue first, as Caffe and OpenCV have it.</summary>
    [JsonStringEnumMemberName("BGR")]
    Bgr,
}

/// <summary>What an output's values are.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OutputKind>))]
public enum OutputKind
{
    /// <summary>A score for each class; the largest wins.</summary>
    [JsonStringEnumMemberName("logits")]
    Logits,

    /// <summary>A probability for each class; the largest wins.</summary>
    [JsonStringEnumMemberName("probabilities")]
    Probabilities,

    /// <summary>The winning class's index itself.</summary>
    [JsonStringEnumMemberName("labels")]
    Labels,
}

/// <summary>How a photo is brought to an input of fixed size.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Fit>))]
public enum Fit
{
    /// <summary>Resized to the input's size, whatever its proportions.</summary>
    [JsonStringEnumMemberName("stretch")]
    Stretch,

    /// <summary>Resized within the input's size, in proportion, with equal margins of the mean colour.</summary>
    [JsonStringEnumMemberName("letterbox")]
    Letterbox,
}
