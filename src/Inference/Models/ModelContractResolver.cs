using FcnService.Inference.Geometry;
using FcnService.Inference.Masks;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace FcnService.Inference.Models;

/// <summary>
/// Settles a model's contract: takes what its description says, reads the rest from the graph, and holds one against the other.
/// Every fault is an <see cref="InvalidModelException"/> that names the tensor, what it is and what was expected.
/// </summary>
/// <param name="model">The model's name, for messages.</param>
/// <param name="description">What the model says about itself.</param>
/// <param name="graph">What its graph declares.</param>
public sealed class ModelContractResolver(string model, ModelDescription description, GraphSignature graph)
{
    private const int ColourChannels = 3;

    // One label is always void, so that many classes fit a byte.
    private const int MaxClasses = 255;

    private const int DefaultMaxSide = 1024;

    private static readonly TensorElementType[] LabelTypes = [TensorElementType.UInt8, TensorElementType.Int32, TensorElementType.Int64];

    /// <summary>Settles the contract.</summary>
    /// <exception cref="InvalidModelException">Description and graph do not agree, or leave something open.</exception>
    public ModelContract Resolve()
    {
        var input = Pick("input", description.Input?.Tensor, graph.Inputs);
        var inputLayout = CheckInput(input);
        if (graph.Inputs.Count > 1)
        {
            throw Fault($"the graph wants {graph.Inputs.Count} inputs ({string.Join(", ", graph.Inputs)}); expected one, the image");
        }

        var output = Pick("output", description.Output?.Tensor, graph.Outputs);
        var kind = OutputKindOf(output);
        var outputLayout = kind == OutputKind.Labels ? TensorLayout.Nchw : description.Output?.Layout ?? inputLayout;
        return new ModelContract
        {
            Input = new InputContract(
                input.Name,
                inputLayout,
                description.Input?.Channels ?? ChannelOrder.Rgb,
                PerChannel("mean", description.Input?.Mean, 0),
                PerChannel("std", description.Input?.Std, 1),
                TakesBatches: input.Shape[0] < 0 && output.Shape[0] != 1),
            Output = new OutputContract(output.Name, outputLayout, kind, CheckedUpsampling()),
            SizePolicy = ResolveSizePolicy(input, inputLayout),
            Classes = ResolveClasses(output, kind, outputLayout),
            Palette = description.Palette ?? Palette.Voc,
            Void = (byte)InRange("void", description.Void ?? byte.MaxValue, 0, byte.MaxValue),
            License = description.License,
        };
    }

    private TensorSignature Pick(string role, string? name, IReadOnlyList<TensorSignature> tensors)
    {
        if (name is not null)
        {
            return tensors.FirstOrDefault(tensor => tensor.Name == name)
                ?? throw Fault($"the description names the {role} '{name}', but the graph has {Listed(tensors)}");
        }

        return tensors.Count == 1
            ? tensors[0]
            : throw Fault($"the graph has {Listed(tensors)}; name the {role} to use as \"{role}\": {{ \"tensor\": … }} in {model}.model.json");
    }

    private TensorLayout CheckInput(TensorSignature input)
    {
        const string Expected = "expected Float with four dimensions, [N, 3, H, W] or [N, H, W, 3]";
        if (input.ElementType != TensorElementType.Float || input.Shape.Count != 4)
        {
            throw Fault($"the input is {input}; {Expected}");
        }

        var layout = description.Input?.Layout ?? (input.Shape[1] != ColourChannels && input.Shape[3] == ColourChannels ? TensorLayout.Nhwc : TensorLayout.Nchw);
        var channels = input.Shape[ChannelAxis(layout)];
        if (channels is not (ColourChannels or < 0))
        {
            throw Fault($"the input is {input}, which has {channels} channels in the layout {layout.ToString().ToUpperInvariant()}; {Expected}");
        }

        if (input.Shape[0] is not (1 or < 0))
        {
            throw Fault($"the input is {input}, a fixed batch of {input.Shape[0]}; expected a batch of 1 or of any size");
        }

        return layout;
    }

    private OutputKind OutputKindOf(TensorSignature output)
    {
        var isInteger = LabelTypes.Contains(output.ElementType);
        var kind = description.Output?.Kind ?? (isInteger ? OutputKind.Labels : OutputKind.Logits);
        if (kind == OutputKind.Labels)
        {
            if (!isInteger || output.Shape.Count is not (3 or 4))
            {
                throw Fault($"the output is {output}; labels are expected as {string.Join(", ", LabelTypes)} in [N, H, W] or [N, 1, H, W]");
            }
        }
        else if (output.ElementType != TensorElementType.Float || output.Shape.Count != 4)
        {
            throw Fault($"the output is {output}; {kind.ToString().ToLowerInvariant()} are expected as Float with four dimensions, [N, classes, H, W] or [N, H, W, classes]");
        }

        return kind;
    }

    private SizePolicy ResolveSizePolicy(TensorSignature input, TensorLayout layout)
    {
        var (rowAxis, columnAxis) = layout == TensorLayout.Nchw ? (2, 3) : (1, 2);
        var (height, width) = (input.Shape[rowAxis], input.Shape[columnAxis]);
        if (description.Input?.Size is { } size)
        {
            if (size is not [> 0, > 0])
            {
                throw Fault($"\"size\" is [{string.Join(", ", size)}]; expected [height, width], both above 0");
            }

            if ((height > 0 && height != size[0]) || (width > 0 && width != size[1]))
            {
                throw Fault($"\"size\" is [{size[0]}, {size[1]}], but the input is {input}");
            }

            (height, width) = (size[0], size[1]);
        }

        if (height > 0 && width > 0)
        {
            var fixedSize = new ImageSize(width, height);
            return description.Fit == Fit.Letterbox ? new Letterboxed(fixedSize) : new Stretched(fixedSize);
        }

        if (height > 0 || width > 0)
        {
            throw Fault($"the input is {input}: one side is fixed and the other open; give both as \"input\": {{ \"size\": [height, width] }}");
        }

        return new AnySize(
            InRange("multipleOf", description.MultipleOf ?? 1, 1, 1024),
            InRange("maxSide", description.MaxSide ?? DefaultMaxSide, 1, 16_384));
    }

    private IReadOnlyList<string> ResolveClasses(TensorSignature output, OutputKind kind, TensorLayout layout)
    {
        var channels = kind == OutputKind.Labels ? -1 : output.Shape[ChannelAxis(layout)];
        if (channels > MaxClasses)
        {
            throw Fault($"the output is {output}: {channels} classes; a mask has room for {MaxClasses}");
        }

        if (description.Classes is { } names)
        {
            if (names.Count is < 1 or > MaxClasses)
            {
                throw Fault($"the description names {names.Count} classes; expected 1 to {MaxClasses}");
            }

            if (channels > 0 && channels != names.Count)
            {
                throw Fault($"the description names {names.Count} classes, but the output is {output}: {channels} classes");
            }

            return names;
        }

        return channels > 0
            ? [.. Enumerable.Range(0, channels).Select(label => $"class {label}")]
            : throw Fault($"the output is {output}, which does not tell the number of classes; name them as \"classes\"");
    }

    private Upsampling? CheckedUpsampling()
    {
        if (description.Output?.Upsample is not { } upsample)
        {
            return null;
        }

        InRange("upsample.factor", upsample.Factor, 1, 64);
        InRange("upsample.offset", upsample.Offset, 0, 1024);
        return upsample;
    }

    private IReadOnlyList<float> PerChannel(string key, IReadOnlyList<float>? values, float fallback)
    {
        if (values is null)
        {
            return [fallback, fallback, fallback];
        }

        return values.Count == ColourChannels && values.All(float.IsFinite) && (key != "std" || !values.Contains(0))
            ? values
            : throw Fault($"\"{key}\" is [{string.Join(", ", values)}]; expected {ColourChannels} finite numbers{(key == "std" ? ", none of them 0" : "")}");
    }

    private int InRange(string key, int value, int least, int most) =>
        value >= least && value <= most ? value : throw Fault($"\"{key}\" is {value}; expected {least} to {most}");

    private static int ChannelAxis(TensorLayout layout) => layout == TensorLayout.Nchw ? 1 : 3;

    private static string Listed(IReadOnlyList<TensorSignature> tensors) => tensors.Count == 0 ? "none" : string.Join(", ", tensors);

    private InvalidModelException Fault(string what) => new($"Model '{model}' cannot be served: {what}.");
}
