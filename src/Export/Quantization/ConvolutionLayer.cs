using FcnService.Export.Onnx;
using FcnService.Export.Weights;

namespace FcnService.Export.Quantization;

/// <summary>A convolution that can be computed in bytes, with the ReLU behind it.</summary>
/// <param name="Convolution">The Conv node.</param>
/// <param name="Activation">The node that alone reads the convolution and clamps it at 0, if there is one.</param>
/// <param name="Weight">The weights, [output channels, input channels / groups, height, width].</param>
/// <param name="Bias">The biases, [output channels], if there are any.</param>
internal sealed record ConvolutionLayer(NodeProto Convolution, NodeProto? Activation, Tensor Weight, Tensor? Bias)
{
    /// <summary>The name of the node's own output, which no other has.</summary>
    public string Name => Convolution.Output[0];

    /// <summary>The name of the feature map that it reads.</summary>
    public string Input => Convolution.Input[0];

    /// <summary>The name of the feature map that it gives, after the ReLU.</summary>
    public string Output => (Activation ?? Convolution).Output[0];
}
