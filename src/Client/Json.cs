using System.Text.Json;
using System.Text.Json.Serialization;

namespace FcnService.Client;

/// <summary>What is read from JSON, with readers made when this is compiled, so that the client can be trimmed.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(SegmentationReport))]
[JsonSerializable(typeof(Problem))]
internal sealed partial class Json : JsonSerializerContext;
