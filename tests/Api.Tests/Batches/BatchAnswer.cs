using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace FcnService.Api.Tests.Batches;

/// <summary>A part of a batch's answer, as ASP.NET Core's reader finds it.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Headers">All its headers.</param>
/// <param name="Body">Its content.</param>
internal sealed record BatchAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>The problem's type, such as "/problems/missing-image"; null for anything else.</summary>
    public string? Problem => Headers["Content-Type"] == "application/problem+json"
        ? System.Text.Json.JsonDocument.Parse(Body).RootElement.GetProperty("type").GetString()
        : null;

    /// <summary>What the answer would be called as a file.</summary>
    public string? FileName => ContentDispositionHeaderValue.Parse(Headers["Content-Disposition"]) is var disposition
        ? disposition.FileNameStar ?? disposition.FileName?.Trim('"')
        : null;

    public static async Task<List<BatchAnswer>> ReadAllAsync(HttpResponseMessage response)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var text = response.IsSuccessStatusCode ? string.Empty : await response.Content.ReadAsStringAsync(cancellation);
        Assert.True(response.IsSuccessStatusCode, text);
        var type = response.Content.Headers.ContentType!;
        Assert.Equal("multipart/mixed", type.MediaType);
        var boundary = type.Parameters.Single(parameter => parameter.Name == "boundary").Value!;
        var reader = new MultipartReader(boundary, await response.Content.ReadAsStreamAsync(cancellation));
        var answers = new List<BatchAnswer>();
        while (await reader.ReadNextSectionAsync(cancellation) is { } section)
        {
            using var body = new MemoryStream();
            await section.Body.CopyToAsync(body, cancellation);
            var headers = section.Headers!.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
            Assert.Equal($"{body.Length}", headers["Content-Length"]);
            answers.Add(new BatchAnswer(int.Parse(headers["Status"], System.Globalization.CultureInfo.InvariantCulture), headers, body.ToArray()));
        }

        return answers;
    }

    public override string ToString() => $"{Status} {Problem ?? FileName}: {(Problem is null ? string.Empty : Encoding.UTF8.GetString(Body))}";
}
