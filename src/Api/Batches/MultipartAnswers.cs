using System.Globalization;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace FcnService.Api.Batches;

/// <summary>
/// multipart/mixed (RFC 2046, section 5.1): each part with the headers of an answer of its own, the status as Status and the length as
/// Content-Length, so that nobody has to look for the boundary in it.
/// </summary>
internal sealed class MultipartAnswers(Stream output) : BatchAnswers
{
    public const string MediaType = "multipart/mixed";

    private readonly string boundary = Guid.NewGuid().ToString("N");
    private readonly AnswerNames names = new();

    public override string ContentType => $"{MediaType}; boundary={boundary}";

    public override async Task WriteAsync(ImageResponse answer, CancellationToken cancellation)
    {
        await output.WriteAsync(Encoding.UTF8.GetBytes(Head(answer)), cancellation);
        await output.WriteAsync(answer.Body, cancellation);
        await output.WriteAsync("\r\n"u8.ToArray(), cancellation);
    }

    public override async Task EndAsync(CancellationToken cancellation) =>
        await output.WriteAsync(Encoding.ASCII.GetBytes($"--{boundary}--\r\n"), cancellation);

    private string Head(ImageResponse answer)
    {
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(names.Next(answer.FileName, answer.Extension));
        var head = new StringBuilder().Append(CultureInfo.InvariantCulture, $"--{boundary}\r\nStatus: {answer.Status}\r\n");
        foreach (var (name, value) in answer.Headers.Where(header => header.Key != HeaderNames.ContentLength))
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        return head
            .Append(CultureInfo.InvariantCulture, $"Content-Length: {answer.Body.Length}\r\nContent-Disposition: {disposition}\r\n\r\n")
            .ToString();
    }
}
