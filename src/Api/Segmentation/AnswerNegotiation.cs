using FcnService.Api.Errors;
using FcnService.Inference.Answers;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace FcnService.Api.Segmentation;

/// <summary>What a request asks for: by its query or, where that does not say, by its Accept header (RFC 9110, 12.5.1).</summary>
internal static class AnswerNegotiation
{
    private const string Png = "image/png";
    private const string Jpeg = "image/jpeg";

    // The first of those that a request takes equally gladly is chosen: browsers and most libraries take anything, and get the mask.
    private static readonly (string MediaType, AnswerKind Kind)[] Offers =
    [
        (Png, AnswerKind.Mask), (Jpeg, AnswerKind.Overlay), ("application/json", AnswerKind.Json), ("application/x-npy", AnswerKind.Npy),
    ];

    /// <summary>Reads what is asked for.</summary>
    /// <exception cref="InvalidParameterException">A parameter has a value that is none of those allowed.</exception>
    /// <exception cref="ProblemException">The Accept header takes nothing that is given here.</exception>
    public static AnswerOptions Read(HttpRequest request)
    {
        var options = AnswerOptions.Parse(name => request.Query.TryGetValue(name, out var value) ? value.ToString() : null);
        var accepted = MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var types) ? types : [];
        return options with
        {
            Kind = request.Query.ContainsKey(AnswerParameters.Output.Name) ? options.Kind : Choose(accepted, request.Headers.Accept),
            OverlayFormat = QualityOf(Png, accepted) > QualityOf(Jpeg, accepted) ? OverlayFormat.Png : OverlayFormat.Jpeg,
        };
    }

    private static AnswerKind Choose(IList<MediaTypeHeaderValue> accepted, StringValues header)
    {
        var best = Offers.MaxBy(offer => QualityOf(offer.MediaType, accepted));
        return QualityOf(best.MediaType, accepted) > 0
            ? best.Kind
            : throw new ProblemException(
                ProblemKind.NotAcceptable,
                $"The Accept header is '{header}'; given are: {string.Join(", ", Offers.Select(offer => offer.MediaType))}. "
                + "The parameter 'output' wins over it.");
    }

    // What a request thinks of a media type: the most specific entry that it falls under counts. All are as good where there are none.
    private static double QualityOf(StringSegment mediaType, IList<MediaTypeHeaderValue> accepted)
    {
        if (accepted.Count == 0)
        {
            return 1;
        }

        var offer = new MediaTypeHeaderValue(mediaType);
        var matching = accepted.Where(range => offer.IsSubsetOf(new MediaTypeHeaderValue(range.MediaType))).ToList();
        return matching.Count == 0 ? 0 : matching.MaxBy(Specificity)!.Quality ?? 1;
    }

    private static int Specificity(MediaTypeHeaderValue range) => (range.MatchesAllTypes, range.MatchesAllSubTypes) switch
    {
        (true, _) => 0,
        (_, true) => 1,
        _ => 2,
    };
}
