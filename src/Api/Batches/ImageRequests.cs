using FcnService.Api.Access;
using FcnService.Api.Admission;
using FcnService.Api.Errors;
using FcnService.Api.Segmentation;
using FcnService.Inference;
using FcnService.Inference.Answers;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace FcnService.Api.Batches;

/// <summary>
/// Makes a request of <c>POST /segment</c> of each image, without the network: the same code answers both, so that nothing of an answer in a
/// batch can differ from that of the image on its own.
/// </summary>
internal sealed class ImageRequests(EndpointDataSource endpoints, IExceptionHandler exceptions)
{
    private readonly Lazy<RequestDelegate> segment = new(() => Find(endpoints));

    /// <summary>Refuses a batch whose parameters no image could be answered with.</summary>
    /// <exception cref="ProblemException">It accepts nothing that is given.</exception>
    /// <exception cref="InvalidParameterException">A parameter has a value that cannot be used with the model.</exception>
    public static void Check(HttpContext batch, Segmenter segmenter)
    {
        var request = RequestOf(batch, Stream.Null, Stream.Null, batch.RequestAborted).Request;
        _ = new Answer(AnswerNegotiation.Read(request), segmenter);
    }

    /// <summary>Segments an image.</summary>
    /// <param name="batch">The batch's request, whose parameters count for each image.</param>
    /// <param name="image">The image.</param>
    /// <param name="key">The key that it costs a request; null if it was counted.</param>
    /// <param name="stop">Ends the work.</param>
    /// <returns>The answer, or a problem.</returns>
    public Task<ImageResponse> SegmentAsync(HttpContext batch, BatchImage image, ApiKey? key, CancellationToken stop) => RunAsync(
        batch,
        image.FileName,
        image.Body,
        request =>
        {
            key?.Use();
            return segment.Value(request);
        },
        stop);

    /// <summary>The problem of what is wrong with a batch itself.</summary>
    public Task<ImageResponse> FailAsync(HttpContext batch, Exception fault, CancellationToken stop) =>
        RunAsync(batch, fileName: null, Stream.Null, _ => throw fault, stop);

    private static RequestDelegate Find(EndpointDataSource endpoints) => endpoints.Endpoints
        .Single(endpoint => endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName == SegmentationModule.EndpointName)
        .RequestDelegate!;

    private async Task<ImageResponse> RunAsync(HttpContext batch, string? fileName, Stream image, RequestDelegate answer, CancellationToken stop)
    {
        var body = new MemoryStream();
        var request = RequestOf(batch, image, body, stop);
        try
        {
            await answer(request);
        }
        catch (Exception fault)
        {
            request.Response.Clear();
            await exceptions.TryHandleAsync(request, fault, stop);
        }

        await request.Response.CompleteAsync();
        return new ImageResponse(fileName, request.Response.StatusCode, request.Response.Headers, body.GetBuffer().AsMemory(0, (int)body.Length));
    }

    // A batch's Accept names what the answers come in, and may name what they are.
    private static HeaderDictionary HeadersOf(HttpRequest batch)
    {
        var accepted = batch.GetTypedHeaders().Accept.Where(range => !BatchAnswers.IsContainer(range.MediaType)).ToArray();
        var headers = new HeaderDictionary { [HeaderNames.ContentType] = "application/octet-stream" };
        if (accepted.Length > 0)
        {
            headers[HeaderNames.Accept] = string.Join(", ", accepted.AsEnumerable());
        }

        return headers;
    }

    private static DefaultHttpContext RequestOf(HttpContext batch, Stream image, Stream answer, CancellationToken stop)
    {
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Method = HttpMethods.Post,
            Protocol = batch.Request.Protocol,
            Scheme = batch.Request.Scheme,
            PathBase = batch.Request.PathBase,
            Path = "/segment",
            QueryString = batch.Request.QueryString.Value ?? string.Empty,
            Headers = HeadersOf(batch.Request),
            Body = image,
        });
        features.Set<IHttpResponseFeature>(new HttpResponseFeature());
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(answer));
        features.Set(WaitsForRoom.Instance);
        return new DefaultHttpContext(features)
        {
            RequestAborted = stop,
            RequestServices = batch.RequestServices,
            TraceIdentifier = batch.TraceIdentifier,
        };
    }
}

/// <summary>What came of one image.</summary>
/// <param name="FileName">What the client calls the image.</param>
/// <param name="Status">The HTTP status that it would have on its own.</param>
/// <param name="Headers">The headers likewise.</param>
/// <param name="Body">The answer, or a problem.</param>
internal sealed record ImageResponse(string? FileName, int Status, IHeaderDictionary Headers, ReadOnlyMemory<byte> Body)
{
    /// <summary>The ending of a file with the answer.</summary>
    public string Extension => Headers.ContentType.ToString().Split(';')[0] switch
    {
        "image/png" => ".png",
        "image/jpeg" => ".jpg",
        "application/json" => ".json",
        "application/x-npy" => ".npy",
        "application/problem+json" => ".problem.json",
        _ => ".bin",
    };
}
