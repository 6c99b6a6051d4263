using FcnService.Export.Onnx;
using FcnService.Inference.Models;
using FcnService.Inference.Scheduling;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace FcnService.Export.Quantization;

/// <summary>Runs a model in memory for any of its feature maps.</summary>
internal sealed class GraphRunner : IDisposable
{
    private readonly InferenceSession session;
    private readonly RunOptions options = new();
    private readonly InputContract input;

    /// <summary>Loads a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="input">Its input.</param>
    /// <exception cref="ExportException">ONNX Runtime does not load it.</exception>
    public GraphRunner(ModelProto model, InputContract input)
    {
        this.input = input;
        try
        {
            using var settings = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
            session = new InferenceSession(model.ToByteArray(), settings);
        }
        catch (OnnxRuntimeException error)
        {
            throw new ExportException($"ONNX Runtime does not load the model: {error.Message}", error);
        }
    }

    /// <summary>Runs the model on one photo.</summary>
    /// <param name="photo">The network's input.</param>
    /// <param name="outputs">The names of the outputs.</param>
    /// <returns>Their values, in that order.</returns>
    /// <exception cref="ExportException">The network failed.</exception>
    public IDisposableReadOnlyCollection<OrtValue> Run(InputTensor photo, IReadOnlyCollection<string> outputs)
    {
        var (height, width) = (photo.Size.Height, photo.Size.Width);
        long[] shape = input.Layout == TensorLayout.Nchw ? [1, 3, height, width] : [1, height, width, 3];
        try
        {
            using var tensor = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, photo.Values, shape);
            return session.Run(options, [input.Tensor], [tensor], outputs);
        }
        catch (OnnxRuntimeException error)
        {
            throw new ExportException($"The network failed on a photo of {photo.Size} pixels: {error.Message}", error);
        }
    }

    /// <summary>Unloads the model.</summary>
    public void Dispose()
    {
        options.Dispose();
        session.Dispose();
    }
}
