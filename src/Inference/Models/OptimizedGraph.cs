using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.OnnxRuntime;

namespace FcnService.Inference.Models;

/// <summary>
/// What ONNX Runtime makes of a large model when it loads it: nodes fused, weights reordered for the processor. Making it takes seconds and
/// several times the weights' memory, so it is kept in a folder beside the model; from there the weights are mapped, not read.
/// </summary>
internal static class OptimizedGraph
{
    /// <summary>The folder, beside the models.</summary>
    public const string FolderName = ".optimized";

    private const string GraphFile = "graph.onnx";
    private const string WeightsFile = "weights.bin";

    /// <summary>Opens a model from its kept graph; makes that first if there is none and the folder can be written.</summary>
    /// <param name="path">The ONNX file.</param>
    /// <param name="settings">How to run it.</param>
    /// <param name="notKept">Why the graph of a large model is not kept, with the folder; null where it is, and where it need not be.</param>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime does not load the model.</exception>
    public static InferenceSession Open(string path, SessionSettings settings, out string? notKept)
    {
        notKept = null;
        var files = new[] { path, $"{path}.data" }.Select(file => new FileInfo(file)).Where(file => file.Exists).ToList();
        if (!settings.KeepOptimizedGraph || !settings.Provider.CanKeepGraphs || files.Sum(file => file.Length) < settings.LargeModelBytes)
        {
            return OpenPlain(path, settings);
        }

        var folder = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, FolderName);
        var version = Path.Combine(folder, $"{Path.GetFileName(path)}.{KeyOf(files)}");
        var kept = $"{version}.{KeyOfMachine()}";
        if (TryOpenKept(kept, settings) is { } found)
        {
            return found;
        }

        var fault = Keep(path, version, kept, settings);
        if (TryOpenKept(kept, settings) is { } made)
        {
            return made;
        }

        // A folder that is read-only, as in a container, costs a slower start and nothing else.
        notKept = $"{folder} does not take it ({fault ?? "what was written there does not open"})";
        return OpenPlain(path, settings);
    }

    private static InferenceSession OpenPlain(string path, SessionSettings settings)
    {
        using var options = settings.CreateOptions();
        return new InferenceSession(path, options);
    }

    private static InferenceSession? TryOpenKept(string kept, SessionSettings settings)
    {
        var graph = Path.Combine(kept, GraphFile);
        if (!File.Exists(graph))
        {
            return null;
        }

        using var options = settings.CreateOptions();
        options.GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL;
        try
        {
            return new InferenceSession(graph, options);
        }
        catch (OnnxRuntimeException)
        {
            // Damaged: it is made anew.
            RemoveIfThere(kept);
            return null;
        }
    }

    // Returns what prevents it, be it that another process was faster, whose graph is as good.
    private static string? Keep(string path, string version, string kept, SessionSettings settings)
    {
        var unfinished = $"{kept}.{Guid.NewGuid():N}.tmp";
        try
        {
            Directory.CreateDirectory(unfinished);
            Make(path, unfinished, settings);
            RemoveOtherVersions(path, version);
            Directory.Move(unfinished, kept);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or OnnxRuntimeException)
        {
            // ONNX Runtime's is a disk that is full, or a model that it does not load; opening that as it is finds out.
            return error.Message.Trim();
        }
        finally
        {
            RemoveIfThere(unfinished);
        }
    }

    private static void Make(string path, string folder, SessionSettings settings)
    {
        using var options = settings.CreateOptions();
        options.OptimizedModelFilePath = Path.Combine(folder, GraphFile);
        // Only weights in a file of their own can be mapped.
        options.AddSessionConfigEntry("session.optimized_model_external_initializers_file_name", WeightsFile);
        options.AddSessionConfigEntry("session.optimized_model_external_initializers_min_size_in_bytes", "1024");
        new InferenceSession(path, options).Dispose();
    }

    private static void RemoveOtherVersions(string path, string version)
    {
        foreach (var folder in Directory.EnumerateDirectories(Path.GetDirectoryName(version)!, $"{Path.GetFileName(path)}.*"))
        {
            if (!folder.StartsWith(version, StringComparison.Ordinal))
            {
                RemoveIfThere(folder);
            }
        }
    }

    private static void RemoveIfThere(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It takes room, and does no harm.
        }
    }

    private static string KeyOf(IEnumerable<FileInfo> files) => Hash(files.Select(file => $"{file.Length}@{file.LastWriteTimeUtc.Ticks}"));

    // The order of the weights is the processor's, and the file ONNX Runtime's own: machines that share a folder keep one each.
    private static string KeyOfMachine() => Hash(
    [
        OrtEnv.Instance().GetVersionString(),
        $"{RuntimeInformation.ProcessArchitecture} {Avx2.IsSupported} {Avx512F.IsSupported} {Avx512Vbmi.IsSupported}",
    ]);

    private static string Hash(IEnumerable<string> parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))))[..16];
}
