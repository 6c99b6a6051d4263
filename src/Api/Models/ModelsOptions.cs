using System.ComponentModel.DataAnnotations;
using FcnService.Inference.Models;

namespace FcnService.Api.Models;

/// <summary>Which models are served and how they run: the section Models.</summary>
internal sealed class ModelsOptions
{
    /// <summary>
    /// The folder of ONNX files. A relative path is looked for in the application's folder and then upwards, so that
    /// <c>dotnet run</c> finds the repository's. Default "models".
    /// </summary>
    [Required(ErrorMessage = "Models:Directory is empty; expected the folder of the ONNX files.")]
    public string Directory { get; set; } = "models";

    /// <summary>The model of requests that name none. Default "fcn8s-camvid".</summary>
    [Required(ErrorMessage = "Models:Default is empty; expected the name of a model.")]
    public string Default { get; set; } = "fcn8s-camvid";

    /// <summary>Threads that one run works with, 0 to 1024; 0 takes one for each physical core. Default 0.</summary>
    [Range(0, 1024, ErrorMessage = "Models:Threads is outside 0 to 1024.")]
    public int Threads { get; set; }

    /// <summary>
    /// What the sides of networks' inputs are multiples of, in pixels, 1 to 1,024, beside what the models ask for, so that photos of
    /// similar sizes run together where Scheduling:MaxBatch is above 1. Default 1.
    /// </summary>
    [Range(1, 1_024, ErrorMessage = "Models:SizeMultiple is outside 1 to 1024.")]
    public int SizeMultiple { get; set; } = 1;

    /// <summary>How often the folder is looked at for new and changed files, in seconds, 0 to 3,600; 0 is never. Default 2.</summary>
    [Range(0, 3_600, ErrorMessage = "Models:WatchSeconds is outside 0 to 3600.")]
    public double WatchSeconds { get; set; } = 2;

    /// <summary>
    /// Whether what ONNX Runtime makes of a large model is kept in the folder .optimized beside it, so that the next start is fast and takes
    /// less memory. Takes the model's size on the disk once more. Default true.
    /// </summary>
    public bool KeepOptimizedGraphs { get; set; } = true;

    /// <summary>Whether <c>POST /models/{name}/reload</c> is there. Default false.</summary>
    public bool Administration { get; set; }

    /// <summary>The models folder as a full path.</summary>
    /// <param name="contentRoot">The application's folder.</param>
    /// <returns>The nearest folder of that name that exists; where none does, the one in the application's folder.</returns>
    public string FindDirectory(string contentRoot)
    {
        // A published service may be started from anywhere; its models lie beside it.
        return ModelCatalog.FindFolder(Directory, contentRoot)
            ?? ModelCatalog.FindFolder(Directory, AppContext.BaseDirectory)
            ?? Path.Combine(contentRoot, Directory);
    }
}
