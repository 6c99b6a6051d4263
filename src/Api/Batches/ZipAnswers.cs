using System.IO.Compression;
using System.Text.Json;

namespace FcnService.Api.Batches;

/// <summary>A ZIP file with a file for each answer and, at its end, a list of them with what else an answer says.</summary>
internal sealed class ZipAnswers : BatchAnswers
{
    public const string MediaType = "application/zip";

    private const string ListName = "answers.json";

    private readonly ZipArchive archive;
    private readonly AnswerNames names = new(ListName);
    private readonly List<ListedAnswer> list = [];

    private ZipAnswers(ZipArchive archive) => this.archive = archive;

    public override string ContentType => MediaType;

    public override string? FileName => "answers.zip";

    /// <summary>Begins a file.</summary>
    public static async Task<ZipAnswers> BeginAsync(Stream output, CancellationToken cancellation) =>
        new(await ZipArchive.CreateAsync(output, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellation));

    public override async Task WriteAsync(ImageResponse answer, CancellationToken cancellation)
    {
        var name = names.Next(answer.FileName, answer.Extension);
        var headers = answer.Headers.ToDictionary(header => header.Key, header => header.Value.ToString());
        list.Add(new ListedAnswer(answer.FileName, name, answer.Status, headers));
        await AddAsync(name, answer.Body, cancellation);
    }

    // Only here is the archive ended: one that is cut short must not look complete.
    public override async Task EndAsync(CancellationToken cancellation)
    {
        await AddAsync(ListName, JsonSerializer.SerializeToUtf8Bytes(list, JsonSerializerOptions.Web), cancellation);
        await archive.DisposeAsync();
    }

    // Pictures are compressed already; but a stored entry whose length comes after it, as it must in a stream, is beyond many readers.
    private async Task AddAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        await using var entry = await archive.CreateEntry(name, CompressionLevel.Fastest).OpenAsync(cancellation);
        await entry.WriteAsync(content, cancellation);
    }

    private sealed record ListedAnswer(string? Image, string Answer, int Status, Dictionary<string, string> Headers);
}
