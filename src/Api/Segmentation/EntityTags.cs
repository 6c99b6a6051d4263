using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using FcnService.Inference;
using FcnService.Inference.Answers;
using Microsoft.Net.Http.Headers;

namespace FcnService.Api.Segmentation;

/// <summary>
/// Strong validators of answers (RFC 9110, 8.8.3): over the image, the model, the options, and what computes. Replicas that run the same
/// build on the same models have the same.
/// </summary>
internal static class EntityTags
{
    private const int TagBytes = 16;

    // Another build may decide otherwise.
    private static readonly Guid Build = typeof(Segmenter).Assembly.ManifestModule.ModuleVersionId;

    /// <summary>Makes the validator of an answer, which need not be there yet.</summary>
    /// <param name="image">The encoded image.</param>
    /// <param name="segmenter">The model.</param>
    /// <param name="answer">What is made of its segmentation.</param>
    /// <returns>The validator; null where the model's files could not be hashed.</returns>
    public static async Task<EntityTagHeaderValue?> OfAsync(ReadOnlyMemory<byte> image, Segmenter segmenter, Answer answer)
    {
        var fingerprint = segmenter.Fingerprint;
        await ((Task)fingerprint).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return fingerprint.IsCompletedSuccessfully ? Of(image.Span, fingerprint.Result, segmenter, answer) : null;
    }

    /// <summary>Whether a request says that it has an answer already.</summary>
    public static bool IsKnown(this HttpRequest request, EntityTagHeaderValue tag) =>
        EntityTagHeaderValue.TryParseList(request.Headers.IfNoneMatch, out var known)
        && known.Any(one => one.Compare(tag, useStrongComparison: false));

    private static EntityTagHeaderValue Of(ReadOnlySpan<byte> image, string fingerprint, Segmenter segmenter, Answer answer)
    {
        var content = Convert.ToHexString(SHA256.HashData(image));
        var all = $"{content}\n{segmenter.Name}\n{fingerprint}\n{segmenter.Provider}\n{Build}\n{answer.Key}";
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(all));
        return new EntityTagHeaderValue($"\"{Base64Url.EncodeToString(hash.AsSpan(0, TagBytes))}\"");
    }
}
