using System.Security.Cryptography;

namespace FcnService.Inference.Models;

/// <summary>The identity of a model by content: SHA-256 over its ONNX file, its external weights and its sidecar.</summary>
internal static class ModelFingerprint
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Begins to hash a model's files, on a thread of its own: half a gigabyte takes a while, and nobody need wait for it.</summary>
    /// <param name="path">The ONNX file.</param>
    /// <returns>The hash, in lower-case hexadecimal digits.</returns>
    public static Task<string> Begin(string path)
    {
        // Opened now, so that a file that takes this one's place meanwhile is not hashed instead.
        var files = new[] { path, $"{path}.data", ModelSession.SidecarOf(path) }.Select(OpenIfThere).ToList();
        return Task.Factory.StartNew(() => Hash(files), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private static FileStream? OpenIfThere(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Not there, or not to be read: loading says so where it matters.
            return null;
        }
    }

    private static string Hash(IReadOnlyList<FileStream?> files)
    {
        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BufferBytes];
        foreach (var file in files)
        {
            whole.AppendData(HashOf(file, buffer));
        }

        return Convert.ToHexStringLower(whole.GetHashAndReset());
    }

    // Each file by itself, so that what ends one and begins the next makes a difference.
    private static byte[] HashOf(FileStream? file, byte[] buffer)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using (file)
        {
            for (int read; file is not null && (read = file.Read(buffer)) > 0;)
            {
                hash.AppendData(buffer.AsSpan(0, read));
            }
        }

        return hash.GetHashAndReset();
    }
}
