using FcnService.Export.Networks;

namespace FcnService.Export.Weights;

/// <summary>Fresh weights, as before training.</summary>
public static class Initialization
{
    /// <summary>Fills each parameter as its <see cref="Filler"/> says.</summary>
    /// <param name="network">The network.</param>
    /// <param name="seed">Of the random numbers: on one version of .NET, equal seeds give equal weights.</param>
    public static NetworkWeights Create(Network network, int seed)
    {
        ArgumentNullException.ThrowIfNull(network);
        var random = new Random(seed);
        var tensors = network.Parameters.Select(parameter => Tensor.Create(parameter.Name, parameter.Shape, values =>
        {
            if (parameter.Filler == Filler.HeNormal)
            {
                FillHeNormal(values, inputsPerOutput: values.Length / parameter.Shape.Dimensions[0], random);
            }
        }));
        return NetworkWeights.Match(network, tensors, "fresh weights");
    }

    private static void FillHeNormal(Span<float> values, int inputsPerOutput, Random random)
    {
        var deviation = Math.Sqrt(2.0 / inputsPerOutput);
        foreach (ref var value in values)
        {
            value = (float)(deviation * NextNormal(random));
        }
    }

    /// <summary>A standard normal number. Source: Box and Muller, "A Note on the Generation of Random Normal Deviates", 1958.</summary>
    private static double NextNormal(Random random)
    {
        // NextDouble may be 0, whose logarithm is infinite; 1 - NextDouble may not.
        var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
        return radius * Math.Cos(2 * Math.PI * random.NextDouble());
    }
}
