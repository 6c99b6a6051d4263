using System.Runtime.InteropServices;
using FcnService.Export.Networks;
using FcnService.Export.Weights;

namespace FcnService.Compare;

/// <summary>
/// Weights for networks whose trained ones cannot be in the repository. Unlike those before training, which score every class 0, they
/// give masks of many labels, by which two servers can be told apart.
/// </summary>
internal static class RandomWeights
{
    /// <summary>Writes weights of FCN-8s on VGG16 at full width, with 21 classes, as safetensors. They are the same every time.</summary>
    public static void WriteFcn8s(string path)
    {
        var random = new Random(1);
        SafetensorsWriter.Write(path, [.. Fcn.Fcn8s(classes: 21).Parameters.Select(parameter => Draw(parameter, random))]);
    }

    // The variance of He et al., "Delving Deep into Rectifiers", equation 10, which keeps values in range from layer to layer; evenly
    // distributed, because such numbers are drawn faster than normal ones. Biases are zero.
    private static Tensor Draw(Parameter parameter, Random random)
    {
        var data = new byte[parameter.Shape.Count * sizeof(float)];
        var dimensions = parameter.Shape.Dimensions;
        if (dimensions.Count > 1)
        {
            var values = MemoryMarshal.Cast<byte, float>(data.AsSpan());
            var bound = MathF.Sqrt(6f * dimensions[0] / values.Length);
            foreach (ref var value in values)
            {
                value = bound * ((2 * random.NextSingle()) - 1);
            }
        }

        return new Tensor(parameter.Name, parameter.Shape, data);
    }
}
