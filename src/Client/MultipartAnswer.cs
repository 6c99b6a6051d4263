using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace FcnService.Client;

/// <summary>
/// Reads the parts of a batch's multipart/mixed answer (RFC 2046, section 5.1) as they arrive. Each says its status and its length, so that
/// content is never searched for the boundary.
/// </summary>
internal sealed class MultipartAnswer
{
    public const string MediaType = "multipart/mixed";

    private const int LongestLine = 16 * 1024;

    private readonly Stream stream;
    private readonly string delimiter;
    private readonly byte[] buffer = new byte[LongestLine];
    private int position;
    private int filled;

    private MultipartAnswer(Stream stream, string boundary)
    {
        this.stream = stream;
        delimiter = $"--{boundary}";
    }

    /// <summary>Opens an answer.</summary>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    public static MultipartAnswer Open(Stream content, MediaTypeHeaderValue? type)
    {
        var boundary = type?.Parameters
            .FirstOrDefault(parameter => parameter.Name.Equals("boundary", StringComparison.OrdinalIgnoreCase))?.Value?.Trim('"');
        return type?.MediaType == MediaType && boundary is { Length: > 0 }
            ? new MultipartAnswer(content, boundary)
            : throw new InvalidDataException($"The batch's answer is '{type}'; expected {MediaType} with a boundary.");
    }

    /// <summary>Reads the next part as the answer that it is.</summary>
    /// <exception cref="IOException">The answer ends before it.</exception>
    /// <exception cref="InvalidDataException">It is no part of such an answer.</exception>
    public async Task<HttpResponseMessage> ReadAsync(CancellationToken cancellation)
    {
        await ReadDelimiterAsync(cancellation).ConfigureAwait(false);
        var headers = await ReadHeadersAsync(cancellation).ConfigureAwait(false);
        var status = ReadNumber(headers, "Status");
        var body = new byte[ReadNumber(headers, "Content-Length")];
        await ReadExactlyAsync(body, cancellation).ConfigureAwait(false);
        var part = new HttpResponseMessage((HttpStatusCode)status) { Content = new ByteArrayContent(body) };
        foreach (var (name, value) in headers)
        {
            _ = part.Headers.TryAddWithoutValidation(name, value) || part.Content.Headers.TryAddWithoutValidation(name, value);
        }

        return part;
    }

    // Each part but the first follows an empty line, which ends the one before it.
    private async Task ReadDelimiterAsync(CancellationToken cancellation)
    {
        var line = await ReadLineAsync(cancellation).ConfigureAwait(false);
        line = line.Length > 0 ? line : await ReadLineAsync(cancellation).ConfigureAwait(false);
        if (line == delimiter + "--")
        {
            throw new EndOfStreamException("The batch's answer has fewer parts than there were images.");
        }

        if (line != delimiter)
        {
            throw new InvalidDataException("A part of the batch's answer does not begin with the boundary.");
        }
    }

    private async Task<Dictionary<string, string>> ReadHeadersAsync(CancellationToken cancellation)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await ReadLineAsync(cancellation).ConfigureAwait(false) is { Length: > 0 } line)
        {
            if (line.Split(':', 2, StringSplitOptions.TrimEntries) is not [{ Length: > 0 } name, var value])
            {
                throw new InvalidDataException($"A part of the batch's answer has the header line '{line}'; expected a name and a value.");
            }

            headers[name] = value;
        }

        return headers;
    }

    private static int ReadNumber(Dictionary<string, string> headers, string name) =>
        headers.TryGetValue(name, out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new InvalidDataException($"A part of the batch's answer has the {name} '{text}'; expected a number.");

    private async Task<string> ReadLineAsync(CancellationToken cancellation)
    {
        for (var searched = 0; ;)
        {
            var end = buffer.AsSpan(position + searched, filled - position - searched).IndexOf("\r\n"u8);
            if (end >= 0)
            {
                var line = Encoding.UTF8.GetString(buffer, position, searched + end);
                position += searched + end + 2;
                return line;
            }

            // A line's end may be half there.
            searched = Math.Max(0, filled - position - 1);
            await FillAsync(cancellation).ConfigureAwait(false);
        }
    }

    private async Task FillAsync(CancellationToken cancellation)
    {
        buffer.AsSpan(position, filled - position).CopyTo(buffer);
        (position, filled) = (0, filled - position);
        if (filled == buffer.Length)
        {
            throw new InvalidDataException($"A line of the batch's answer has more than {LongestLine} bytes.");
        }

        var read = await stream.ReadAsync(buffer.AsMemory(filled), cancellation).ConfigureAwait(false);
        filled += read > 0 ? read : throw new EndOfStreamException("The batch's answer breaks off.");
    }

    private async Task ReadExactlyAsync(byte[] body, CancellationToken cancellation)
    {
        var buffered = Math.Min(body.Length, filled - position);
        buffer.AsSpan(position, buffered).CopyTo(body);
        position += buffered;
        await stream.ReadExactlyAsync(body.AsMemory(buffered), cancellation).ConfigureAwait(false);
    }
}
