using System.Globalization;
using System.Net;
using System.Text.Json;

namespace FcnService.Client;

/// <summary>An answer of the service. Its content comes over the network as it is read, once. Dispose it.</summary>
public sealed class SegmentationAnswer : IDisposable
{
    private readonly HttpResponseMessage response;

    internal SegmentationAnswer(HttpResponseMessage response)
    {
        this.response = response;
        Model = Header("X-Model");
        Timings = ReadTimings(Header("Server-Timing"));
    }

    /// <summary>Whether the answer would be the one that IfNoneMatch named: then there is no content.</summary>
    public bool IsNotModified => response.StatusCode == HttpStatusCode.NotModified;

    /// <summary>The model that was asked.</summary>
    public string? Model { get; }

    /// <summary>What the content is, such as image/png.</summary>
    public string? MediaType => response.Content.Headers.ContentType?.MediaType;

    /// <summary>The content's length in bytes, where the service said it.</summary>
    public long? Length => response.Content.Headers.ContentLength;

    /// <summary>The answer's identity, the same for the same image, model and options; for <see cref="SegmentationRequest.IfNoneMatch"/>.</summary>
    public string? ETag => response.Headers.ETag?.ToString();

    /// <summary>How long the service's stages took, by their names.</summary>
    public IReadOnlyDictionary<string, TimeSpan> Timings { get; }

    /// <summary>The content as it arrives.</summary>
    /// <exception cref="IOException">While it is read: the connection broke.</exception>
    public Task<Stream> OpenAsync(CancellationToken cancellation = default) => response.Content.ReadAsStreamAsync(cancellation);

    /// <summary>The whole content.</summary>
    /// <exception cref="HttpRequestException">The connection broke.</exception>
    public Task<byte[]> ReadBytesAsync(CancellationToken cancellation = default) => response.Content.ReadAsByteArrayAsync(cancellation);

    /// <summary>The content of an answer to <see cref="SegmentationOutput.Json"/>.</summary>
    /// <exception cref="InvalidOperationException">The answer is something else.</exception>
    /// <exception cref="HttpRequestException">The connection broke.</exception>
    public async Task<SegmentationReport> ReadReportAsync(CancellationToken cancellation = default)
    {
        if (MediaType != "application/json")
        {
            throw new InvalidOperationException($"The answer is {MediaType ?? "empty"}; expected application/json, which Output = Json asks for.");
        }

        var json = await ReadBytesAsync(cancellation).ConfigureAwait(false);
        return JsonSerializer.Deserialize(json, Json.Default.SegmentationReport) ?? throw new JsonException("The answer is null; expected a report.");
    }

    /// <summary>Writes the content to a file, which is there only when it is complete.</summary>
    /// <param name="path">Where to; a file that is there is replaced.</param>
    /// <param name="cancellation">Ends the writing.</param>
    /// <exception cref="IOException">The file cannot be written, or the connection broke.</exception>
    public async Task SaveAsync(string path, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var unfinished = $"{path}.{Path.GetRandomFileName()}";
        try
        {
            using (var file = new FileStream(unfinished, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true))
            using (var content = await OpenAsync(cancellation).ConfigureAwait(false))
            {
                await content.CopyToAsync(file, cancellation).ConfigureAwait(false);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
    }

    /// <summary>Ends the answer; what was not read of it is not waited for.</summary>
    public void Dispose() => response.Dispose();

    private string? Header(string name) => response.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    // W3C Server Timing: name;dur=milliseconds, for each stage.
    private static Dictionary<string, TimeSpan> ReadTimings(string? header)
    {
        var timings = new Dictionary<string, TimeSpan>(StringComparer.Ordinal);
        foreach (var stage in (header ?? string.Empty).Split(',', StringSplitOptions.TrimEntries))
        {
            if (stage.Split(";dur=") is [var name, var text]
                && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var milliseconds))
            {
                timings[name] = TimeSpan.FromMilliseconds(milliseconds);
            }
        }

        return timings;
    }
}

/// <summary>What came of one image of many: an answer, or the problem that there was. Dispose the answer.</summary>
/// <param name="Image">The image.</param>
/// <param name="Answer">The answer; null if there was a problem.</param>
/// <param name="Problem">The problem; null if there is an answer.</param>
public sealed record ImageAnswer(ImageSource Image, SegmentationAnswer? Answer, SegmentationException? Problem);
