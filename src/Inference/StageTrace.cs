using System.Diagnostics;

namespace FcnService.Inference;

/// <summary>The stages of a segmentation as spans of a trace. Costs next to nothing while nobody listens to the source.</summary>
public static class StageTrace
{
    /// <summary>The name of the activity source.</summary>
    public const string SourceName = "FcnService";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Begins a span, under the one that the caller is in; disposing it ends it.</summary>
    /// <param name="stage">decode, preprocess, inference, postprocess, encode.</param>
    /// <param name="model">The model's name.</param>
    /// <returns>The span, or null where nobody listens.</returns>
    public static Activity? Start(string stage, string model) => Source.StartActivity(stage)?.SetTag("model", model);
}
