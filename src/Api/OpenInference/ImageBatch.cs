using System.Runtime.InteropServices;
using FcnService.Inference.Geometry;
using FcnService.Inference.Imaging;
using FcnService.Inference.Models;
using FcnService.Inference.Scheduling;

namespace FcnService.Api.OpenInference;

/// <summary>The images that a client prepared as the network's own input tensor.</summary>
/// <param name="Count">How many, at least 1.</param>
/// <param name="Size">The size of each.</param>
internal readonly record struct ImageBatch(int Count, ImageSize Size)
{
    /// <summary>What they cost to run, in millions of pixels.</summary>
    public double Megapixels => Count * (Size.Pixels / 1e6);

    /// <summary>Holds a tensor against what the network takes, and against the data that are there for it.</summary>
    /// <exception cref="InvalidInferenceRequestException">Data type, shape or data are not the network's.</exception>
    public static ImageBatch Of(RequestInput input, ModelContract contract)
    {
        if (input.Datatype != Datatype.Fp32.Name)
        {
            throw new InvalidInferenceRequestException(
                $"The input {input} is the network's own, which is FP32. An encoded photo is the input '{ModelTensors.Photo}', which is BYTES.");
        }

        var isChannelsFirst = contract.Input.Layout == TensorLayout.Nchw;
        var (channels, height, width) = isChannelsFirst ? (1, 2, 3) : (3, 1, 2);
        var isTaken = input.Shape.Count == 4
            && input.Shape[0] >= 1
            && (input.Shape[0] == 1 || contract.Input.TakesBatches)
            && input.Shape[channels] == RgbImage.BytesPerPixel
            && Takes(contract.SizePolicy, input.Shape[height], input.Shape[width]);
        if (!isTaken)
        {
            throw new InvalidInferenceRequestException($"The input is {input}; expected {Expected(contract)}.");
        }

        CheckLength(input);
        return new ImageBatch((int)input.Shape[0], new ImageSize((int)input.Shape[width], (int)input.Shape[height]));
    }

    /// <summary>Copies the data into one input for each image, which belong to the caller.</summary>
    /// <exception cref="InvalidInferenceRequestException">The data are not numbers, or not as many as the shape says.</exception>
    public List<InputTensor> Read(RequestInput input)
    {
        var images = new List<InputTensor>();
        try
        {
            // One after the other, so that no more memory is taken than data have come.
            var numbers = input.IsBinary ? default : new JsonFloats(input);
            for (var i = 0; i < Count; i++)
            {
                var image = new InputTensor(Size);
                images.Add(image);
                if (input.IsBinary)
                {
                    var length = sizeof(float) * image.Values.Length;
                    MemoryMarshal.Cast<byte, float>(input.Data.Span.Slice(i * length, length)).CopyTo(image.Values.Span);
                }
                else
                {
                    numbers.Read(image.Values.Span);
                }
            }

            if (!input.IsBinary)
            {
                numbers.ReadEnd();
            }

            return images;
        }
        catch
        {
            images.ForEach(image => image.Dispose());
            throw;
        }
    }

    private static bool Takes(SizePolicy policy, long height, long width) => policy switch
    {
        AnySize any => Math.Min(height, width) >= 1
            && Math.Max(height, width) <= LongestSide(any)
            && height % any.MultipleOf == 0
            && width % any.MultipleOf == 0,
        Stretched stretched => (height, width) == (stretched.Size.Height, stretched.Size.Width),
        Letterboxed letterboxed => (height, width) == (letterboxed.Size.Height, letterboxed.Size.Width),
        _ => throw new InvalidOperationException($"Nobody knows what {policy} takes."),
    };

    // As of a photo with the longest side that is kept.
    private static int LongestSide(AnySize any) => any.MultipleOf * (((any.MaxSide - 1) / any.MultipleOf) + 1);

    private static string Expected(ModelContract contract)
    {
        var (height, width, sides) = contract.SizePolicy switch
        {
            Stretched stretched => ($"{stretched.Size.Height}", $"{stretched.Size.Width}", string.Empty),
            Letterboxed letterboxed => ($"{letterboxed.Size.Height}", $"{letterboxed.Size.Width}", string.Empty),
            AnySize any => ("H", "W", $", where H and W are multiples of {any.MultipleOf} up to {LongestSide(any)}"),
            _ => throw new InvalidOperationException($"Nobody knows what {contract.SizePolicy} expects."),
        };
        var count = contract.Input.TakesBatches ? "N" : "1";
        return contract.Input.Layout == TensorLayout.Nchw ? $"[{count}, 3, {height}, {width}]{sides}" : $"[{count}, {height}, {width}, 3]{sides}";
    }

    // Before any memory is taken for them. In JSON an element is a digit and a comma at least.
    private static void CheckLength(RequestInput input)
    {
        var elements = input.Shape.Aggregate((Int128)1, (product, side) => product * side);
        if (input.IsBinary && elements * sizeof(float) != input.Data.Length)
        {
            throw new InvalidInferenceRequestException(
                $"The input {input} has {input.Data.Length} bytes of binary data; expected {elements * sizeof(float)}, 4 for each element.");
        }

        if (!input.IsBinary && elements > (input.Data.Length / 2))
        {
            throw new InvalidInferenceRequestException($"The \"data\" of the input {input} are fewer than its {elements} elements.");
        }
    }
}
