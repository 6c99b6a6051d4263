using System.Diagnostics;
using FcnService.Export.Networks;
using FcnService.Export.Weights;
using TorchSharp;
using Tensor = TorchSharp.torch.Tensor;

namespace FcnService.Export.Torch;

/// <summary>
/// A described network as a TorchSharp module: an image [N, 3, height, width] in, logits [N, classes, height, width] out. Its state has
/// the authors' names, such as conv1_1.weight; kernels of deconvolutions are in it in their dense form and are not trained.
/// </summary>
public sealed class NetworkModule : torch.nn.Module<Tensor, Tensor>
{
    private readonly Dictionary<string, torch.nn.Module<Tensor, Tensor>> parametrized = new(StringComparer.Ordinal);

    /// <summary>Builds the module with fresh weights.</summary>
    /// <param name="network">The description.</param>
    /// <param name="seed">Of the random weights, as <see cref="Initialization.Create"/> takes it.</param>
    public NetworkModule(Network network, int seed = 1)
        : this(Initialization.Create(network, seed))
    {
    }

    /// <summary>Builds the module with given weights.</summary>
    /// <param name="weights">A network and its weights, which are copied.</param>
    public NetworkModule(NetworkWeights weights)
        : base((weights ?? throw new ArgumentNullException(nameof(weights))).Network.Name)
    {
        Network = weights.Network;
        foreach (var layer in Network.Layers)
        {
            if (Create(layer) is { } module)
            {
                parametrized.Add(layer.Name, module);
                register_module(layer.Name, module);
            }
        }

        Load(weights);
    }

    /// <summary>The description.</summary>
    public Network Network { get; }

    /// <summary>Replaces the weights.</summary>
    /// <param name="weights">Weights of the same network, which are copied.</param>
    public void Load(NetworkWeights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        foreach (var (name, parameter) in named_parameters())
        {
            var tensor = weights[name];
            using var values = torch.tensor(tensor.Values.ToArray(), [.. tensor.Shape.Dimensions.Select(dimension => (long)dimension)]);
            if (values.shape.SequenceEqual(parameter.shape))
            {
                parameter.copy_(values);
            }
            else
            {
                // A kernel per channel, [channels, 1, k, k], on the diagonal of the dense one.
                parameter.zero_();
                var channels = torch.arange(parameter.shape[0]);
                parameter.index_put_(values.squeeze(1), channels, channels);
            }
        }
    }

    /// <summary>The state as it is now, copied.</summary>
    /// <returns>A tensor for each of the network's parameters, learned and fixed; deconvolutions' kernels dense.</returns>
    public NetworkWeights ToWeights()
    {
        using var scope = torch.NewDisposeScope();
        return NetworkWeights.Match(Network, named_parameters().Select(state => Copy(state.name, state.parameter)), $"the TorchSharp module {Network.Name}");
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = torch.NewDisposeScope();
        var outputs = new Dictionary<string, Tensor>(StringComparer.Ordinal) { [Network.Input] = input };
        foreach (var layer in Network.Layers)
        {
            outputs[layer.Name] = Apply(layer, [.. layer.Inputs.Select(name => outputs[name])]);
        }

        return outputs[Network.Layers[^1].Name].MoveToOuterDisposeScope();
    }

    private torch.nn.Module<Tensor, Tensor>? Create(Layer layer)
    {
        var input = Network.FeatureMapOf(layer.Inputs[0]).Channels;
        switch (layer.Operation)
        {
            case Convolution convolution:
                return torch.nn.Conv2d(
                    input, convolution.OutputChannels, convolution.Kernel, convolution.Stride, convolution.Padding, groups: convolution.Groups);
            case BilinearDeconvolution deconvolution:
                var module = torch.nn.ConvTranspose2d(
                    input, input, deconvolution.Kernel, deconvolution.Stride, deconvolution.Padding, bias: false);
                module.weight.requires_grad_(false);
                return module;
            default:
                return null;
        }
    }

    private Tensor Apply(Layer layer, Tensor[] inputs) => layer.Operation switch
    {
        Convolution or BilinearDeconvolution => parametrized[layer.Name].call(inputs[0]),
        Relu => torch.nn.functional.relu(inputs[0]),
        MaxPool pool => torch.nn.functional.max_pool2d(inputs[0], pool.Kernel, stride: pool.Stride, ceil_mode: !pool.WholeWindowsOnly),
        Crop crop => inputs[0].narrow(2, crop.Offset, inputs[1].shape[2]).narrow(3, crop.Offset, inputs[1].shape[3]),
        Networks.Add => inputs[0] + inputs[1],
        Scale scale => inputs[0] * scale.Factor,
        LocalResponseNormalization normalization =>
            torch.nn.functional.local_response_norm(inputs[0], normalization.Size, normalization.Alpha, normalization.Beta, k: 1),
        Dropout dropout => torch.nn.functional.dropout(inputs[0], dropout.Ratio, training),
        _ => throw new UnreachableException($"No TorchSharp module is known for a {layer.Operation.GetType().Name}."),
    };

    private static Weights.Tensor Copy(string name, Tensor parameter)
    {
        var shape = new Shape([.. parameter.shape.Select(dimension => checked((int)dimension))]);
        var values = parameter.detach().cpu().contiguous().data<float>().ToArray();
        return Weights.Tensor.Create(name, shape, span => values.CopyTo(span));
    }
}
