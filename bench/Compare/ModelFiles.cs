using FcnService.Compare.Servers;
using FcnService.Inference.Models;
using FcnService.Load.Harness;

namespace FcnService.Compare;

/// <summary>The files of models, each alone in a folder, as the service wants one that serves nothing else.</summary>
/// <param name="root">Where these folders are made.</param>
/// <param name="given">Files that are taken instead of what <see cref="Model.Command"/> makes, by the model's name.</param>
/// <param name="photos">The case's photos.</param>
internal sealed class ModelFiles(string root, IReadOnlyDictionary<string, string> given, IReadOnlyList<byte[]> photos)
{
    private static readonly string Exporter =
        Path.Combine(ServiceProcess.Folder, "..", "..", "Export", Path.GetFileName(ServiceProcess.Folder), "FcnService.Export.dll");

    /// <summary>The path of a model's file, which is made if need be.</summary>
    /// <exception cref="UnavailableException">There is none, and it cannot be made.</exception>
    public string Get(Model model)
    {
        var path = Path.Combine(root, model.Name, $"{model.Name}.onnx");
        if (File.Exists(path))
        {
            return path;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (given.TryGetValue(model.Name, out var file))
        {
            Link(model, file, path);
        }
        else if (model.Command.Count == 0)
        {
            Link(model, Path.Combine(ServiceProcess.Repository, "models", $"{model.Name}.onnx"), path);
        }
        else
        {
            Make(model, path);
        }

        return path;
    }

    private static void Link(Model model, string file, string path)
    {
        if (!File.Exists(file))
        {
            throw new UnavailableException($"There is no {Path.GetRelativePath(ServiceProcess.Repository, file)}: give one with --model {model.Name}=FILE.");
        }

        File.CreateSymbolicLink(path, Path.GetFullPath(file));
        if (ModelSession.SidecarOf(file) is var sidecar && File.Exists(sidecar))
        {
            File.CreateSymbolicLink(ModelSession.SidecarOf(path), Path.GetFullPath(sidecar));
        }
    }

    private void Make(Model model, string path) =>
        Tool.Run("dotnet", [Exporter, .. model.Command.Select(argument => Fill(argument, model, path))], root, $"{model.Name} cannot be made");

    private string Fill(string argument, Model model, string path) => argument switch
    {
        "{output}" => path,
        "{weights}" => Weights(),
        "{camvid}" => Path.Combine(ServiceProcess.Repository, "models", "fp32", "fcn8s-camvid.onnx"),
        "{photos}" => PhotoFolder(),
        "{source}" => Get(model.Source ?? throw new InvalidOperationException($"{model.Name} is made of no other model.")),
        _ => argument,
    };

    private string Weights()
    {
        var path = Path.Combine(root, "random.safetensors");
        if (!File.Exists(path))
        {
            RandomWeights.WriteFcn8s(path);
        }

        return path;
    }

    private string PhotoFolder()
    {
        var folder = Directory.CreateDirectory(Path.Combine(root, "photos")).FullName;
        for (var i = 0; i < photos.Count; i++)
        {
            File.WriteAllBytes(Path.Combine(folder, $"{i}.jpg"), photos[i]);
        }

        return folder;
    }
}
