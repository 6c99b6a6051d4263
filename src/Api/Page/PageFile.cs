using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace FcnService.Api.Page;

/// <summary>A file of the page, with its compressed form where that is smaller.</summary>
/// <param name="Name">Its name, without a folder.</param>
/// <param name="MediaType">Its media type, with the character set of texts.</param>
/// <param name="Plain">As it is.</param>
/// <param name="Compressed">With gzip, which browsers take over plain HTTP too; null for files that are compressed already.</param>
internal sealed record PageFile(string Name, string MediaType, Representation Plain, Representation? Compressed)
{
    private const string Prefix = "page/";

    private static readonly FileExtensionContentTypeProvider MediaTypes = new();

    /// <summary>Reads all files of the page from the assembly.</summary>
    public static IReadOnlyList<PageFile> ReadAll() =>
        [.. typeof(PageFile).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(Read)];

    private static PageFile Read(string resource)
    {
        using var stream = typeof(PageFile).Assembly.GetManifestResourceStream(resource)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        var compressed = Compress(bytes);
        return new PageFile(
            resource[Prefix.Length..],
            MediaTypeOf(resource),
            Representation.Of(bytes),
            compressed.Length < bytes.Length * 9 / 10 ? Representation.Of(compressed) : null);
    }

    private static string MediaTypeOf(string name)
    {
        if (!MediaTypes.TryGetContentType(name, out var mediaType))
        {
            throw new InvalidOperationException($"The page's file {name} has an ending without a media type.");
        }

        return mediaType.StartsWith("text/", StringComparison.Ordinal) ? $"{mediaType}; charset=utf-8" : mediaType;
    }

    private static byte[] Compress(byte[] bytes)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.SmallestSize))
        {
            gzip.Write(bytes);
        }

        return compressed.ToArray();
    }
}

/// <summary>The bytes that are sent of a file, and the entity tag that tells them from all others.</summary>
/// <param name="Bytes">The body of the answer.</param>
/// <param name="Tag">Strong.</param>
internal sealed record Representation(byte[] Bytes, EntityTagHeaderValue Tag)
{
    public static Representation Of(byte[] bytes)
    {
        var hash = SHA256.HashData(bytes);
        return new Representation(bytes, new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(hash)}\""));
    }
}
