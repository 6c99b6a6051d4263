using FcnService.Inference;
using FcnService.Inference.Imaging;
using FcnService.Inference.Models;

namespace FcnService.Export.Commands;

/// <summary>Models that the service can serve.</summary>
internal static class ServedModel
{
    /// <summary>Loads a model as the service does.</summary>
    /// <param name="path">The ONNX file; a sidecar NAME.model.json beside it is read too.</param>
    /// <exception cref="ExportException">It cannot be served.</exception>
    public static Segmenter Load(string path)
    {
        try
        {
            return new Segmenter(ModelSession.Load(path, new SessionSettings()), new ImageDecoder(new ImageLimits()));
        }
        catch (InvalidModelException fault)
        {
            throw new ExportException(fault.Message, fault);
        }
    }
}
