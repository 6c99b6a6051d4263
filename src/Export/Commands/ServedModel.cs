using FcnService.Inference;
using FcnService.Inference.Imaging;
using FcnService.Inference.Models;
using FcnService.Inference.Providers;

namespace FcnService.Export.Commands;

/// <summary>Models that the service can serve.</summary>
internal static class ServedModel
{
    private const string Folder = "models";

    private const string DefaultFile = "fcn8s-camvid.onnx";

    /// <summary>The service's default model: in the nearest models folder, from the current folder upwards or from the program's.</summary>
    /// <exception cref="ExportException">There is none.</exception>
    public static string FindDefault()
    {
        string[] starts = [Directory.GetCurrentDirectory(), AppContext.BaseDirectory];
        return starts.Select(start => ModelCatalog.FindFolder(Folder, start)).OfType<string>()
            .Select(folder => Path.Combine(folder, DefaultFile)).FirstOrDefault(File.Exists)
            ?? throw new ExportException(
                $"There is no {Folder}/{DefaultFile} in {string.Join(" or ", starts)}, or above; expected it there, or another model with --model.");
    }

    /// <summary>Loads a model as the service does.</summary>
    /// <param name="path">The ONNX file; a sidecar NAME.model.json beside it is read too.</param>
    /// <param name="provider">What it runs on; the processor if left out.</param>
    /// <param name="threads">Threads that one run works with; 0 takes one for each physical core.</param>
    /// <param name="limits">What a photo's header may announce; the service's defaults if left out.</param>
    /// <exception cref="ExportException">It cannot be served.</exception>
    public static Segmenter Load(string path, ExecutionProvider? provider = null, int threads = 0, ImageLimits? limits = null)
    {
        try
        {
            var settings = new SessionSettings { Provider = provider ?? ExecutionProvider.Cpu, Threads = threads };
            return new Segmenter(ModelSession.Load(path, settings), new ImageDecoder(limits ?? new ImageLimits()));
        }
        catch (InvalidModelException fault)
        {
            throw new ExportException(fault.Message, fault);
        }
    }
}
