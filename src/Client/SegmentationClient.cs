using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace FcnService.Client;

/// <summary>
/// Asks a service for masks. Neither an image on its way there nor an answer on its way back is held in memory. What the service refuses
/// for want of room (429), because it is not ready (502, 503) or because a connection failed is sent again, as long as
/// <see cref="SegmentationClientOptions"/> say. Safe for calls in parallel.
/// </summary>
public sealed class SegmentationClient
{
    private readonly HttpClient http;
    private readonly SegmentationClientOptions options;
    private readonly Retries retries;

    /// <summary>Creates a client.</summary>
    /// <param name="http">
    /// Has the service's address as its BaseAddress, which ends in a slash if it has a path. It stays the caller's. Its Timeout counts for
    /// each attempt, from the request's first byte to the answer's headers; for a batch, whose answer begins while the images are still
    /// sent, to the last image's last byte.
    /// </param>
    /// <param name="options">The key and the retries; the defaults, if left out.</param>
    /// <exception cref="ArgumentException">There is no BaseAddress, or an option is out of its range.</exception>
    public SegmentationClient(HttpClient http, SegmentationClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (http.BaseAddress is null)
        {
            throw new ArgumentException("The HttpClient has no BaseAddress; expected the service's, such as http://localhost:8080.", nameof(http));
        }

        this.http = http;
        this.options = options ?? new SegmentationClientOptions();
        this.options.Check();
        retries = new Retries(this.options);
    }

    /// <summary>Segments an image.</summary>
    /// <param name="image">The image. One from a stream that cannot seek is sent again only if nothing of it was read.</param>
    /// <param name="request">What is asked for; the default model's mask, if left out.</param>
    /// <param name="cancellation">Ends the request and the waiting between attempts.</param>
    /// <returns>The answer, whose content has yet to be read. Dispose it.</returns>
    /// <exception cref="SegmentationException">The service refused the request, for the last time if it may be sent again.</exception>
    /// <exception cref="HttpRequestException">There was no answer, after the last attempt.</exception>
    /// <exception cref="IOException">The image cannot be read.</exception>
    public async Task<SegmentationAnswer> SegmentAsync(
        ImageSource image, SegmentationRequest? request = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        var asked = request ?? new SegmentationRequest();
        var response = await retries.RunAsync(() => PostAsync(image, asked, cancellation), () => image.CanBeSent, cancellation).ConfigureAwait(false);
        return new SegmentationAnswer(response);
    }

    /// <summary>
    /// Segments many images, <see cref="SegmentationClientOptions.BatchSize"/> of them in a request of <c>POST /segment/batch</c>. The
    /// answers come in the order of the images, each with its content in memory.
    /// </summary>
    /// <param name="images">The images; read as they are needed.</param>
    /// <param name="request">What is asked for; its IfNoneMatch does not count.</param>
    /// <param name="cancellation">Ends the request and the waiting between attempts.</param>
    /// <returns>An answer or a problem for each image. One image's problem does not keep the others from being segmented.</returns>
    /// <exception cref="SegmentationException">The service refused a whole request, for the last time if it may be sent again.</exception>
    /// <exception cref="HttpRequestException">There was no answer, or no complete one, after the last attempt.</exception>
    /// <exception cref="IOException">An image cannot be read.</exception>
    public async IAsyncEnumerable<ImageAnswer> SegmentManyAsync(
        IEnumerable<ImageSource> images, SegmentationRequest? request = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        var asked = request ?? new SegmentationRequest();
        foreach (var batch in images.Chunk(options.BatchSize))
        {
            await foreach (var answer in SegmentBatchAsync(batch, asked, cancellation).ConfigureAwait(false))
            {
                yield return answer;
            }
        }
    }

    /// <summary>The models that are served.</summary>
    /// <exception cref="SegmentationException">The service refused the request, for the last time if it may be sent again.</exception>
    /// <exception cref="HttpRequestException">There was no answer, after the last attempt.</exception>
    public async Task<ModelList> GetModelsAsync(CancellationToken cancellation = default)
    {
        using var response = await retries.RunAsync(() => GetAsync("models", cancellation), () => true, cancellation).ConfigureAwait(false);
        using var content = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        return await JsonSerializer.DeserializeAsync(content, Json.Default.ModelList, cancellation).ConfigureAwait(false)
            ?? throw new JsonException("GET /models answered null; expected the models.");
    }

    /// <summary>Whether every model is loaded and the service is not about to end; false, too, if nothing answers. Asks once.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken cancellation = default)
    {
        try
        {
            using var response = await http.GetAsync("healthz/ready", cancellation).ConfigureAwait(false);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    // What a broken connection left without an answer is sent again; what has been answered is not.
    private async IAsyncEnumerable<ImageAnswer> SegmentBatchAsync(
        ImageSource[] images, SegmentationRequest request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var pending = new Queue<ImageSource>(images);
        var attempts = retries.Begin();
        while (pending.Count > 0)
        {
            using var response = await attempts
                .RunAsync(() => PostAsync([.. pending], request, cancellation), () => pending.All(image => image.CanBeSent), cancellation)
                .ConfigureAwait(false);
            using var content = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            var parts = MultipartAnswer.Open(content, response.Content.Headers.ContentType);
            while (pending.Count > 0)
            {
                HttpResponseMessage part;
                try
                {
                    part = await parts.ReadAsync(cancellation).ConfigureAwait(false);
                }
                catch (IOException cut)
                {
                    var unanswered = new HttpRequestException($"The batch's answer broke off with {pending.Count} images to go.", cut);
                    await attempts.WaitAsync(unanswered, () => pending.All(image => image.CanBeSent), cancellation).ConfigureAwait(false);
                    break;
                }

                yield return await ReadAsync(pending.Dequeue(), part, request, cancellation).ConfigureAwait(false);
            }
        }
    }

    private async Task<ImageAnswer> ReadAsync(
        ImageSource image, HttpResponseMessage part, SegmentationRequest request, CancellationToken cancellation)
    {
        try
        {
            if (part.IsSuccessStatusCode)
            {
                return new ImageAnswer(image, new SegmentationAnswer(part), Problem: null);
            }

            using (part)
            {
                var problem = await SegmentationException.ReadAsync(part, cancellation).ConfigureAwait(false);
                if (!problem.IsTemporary || !image.CanBeSent)
                {
                    return new ImageAnswer(image, Answer: null, problem);
                }
            }

            // Refused for the moment only: on its own it may be sent again, as any other image.
            var alone = await SegmentAsync(image, request with { IfNoneMatch = null }, cancellation).ConfigureAwait(false);
            return new ImageAnswer(image, alone, Problem: null);
        }
        catch (SegmentationException refused)
        {
            return new ImageAnswer(image, Answer: null, refused);
        }
    }

    private async Task<HttpResponseMessage> PostAsync(ImageSource image, SegmentationRequest request, CancellationToken cancellation)
    {
        var content = image.Open();
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var message = new HttpRequestMessage(HttpMethod.Post, $"segment{request.Query()}") { Content = content };
        if (request.Accept is not null)
        {
            message.Headers.Accept.ParseAdd(request.Accept);
        }

        if (request.IfNoneMatch is not null)
        {
            message.Headers.IfNoneMatch.ParseAdd(request.IfNoneMatch);
        }

        return await SendAsync(message, [content], cancellation).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> PostAsync(ImageSource[] images, SegmentationRequest request, CancellationToken cancellation)
    {
        using var form = new MultipartFormDataContent();
        var contents = new List<ImageContent>(images.Length);
        foreach (var image in images)
        {
            var content = image.Open();
            contents.Add(content);
            form.Add(content, "image", image.Name);
        }

        using var message = new HttpRequestMessage(HttpMethod.Post, $"segment/batch{request.Query()}") { Content = form };
        message.Headers.Accept.ParseAdd(request.Accept is null ? MultipartAnswer.MediaType : $"{MultipartAnswer.MediaType}, {request.Accept}");
        return await SendAsync(message, contents, cancellation).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> GetAsync(string address, CancellationToken cancellation)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, address);
        return await SendAsync(message, [], cancellation).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, IReadOnlyList<ImageContent> images, CancellationToken cancellation)
    {
        if (options.ApiKey is not null)
        {
            message.Headers.Add("X-Api-Key", options.ApiKey);
        }

        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        }
        catch (Exception) when (images.FirstOrDefault(image => image.Fault is not null) is { } unreadable)
        {
            throw new IOException($"The image cannot be read: {unreadable.Fault!.Message}", unreadable.Fault);
        }

        if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.NotModified)
        {
            return response;
        }

        using (response)
        {
            throw await SegmentationException.ReadAsync(response, cancellation).ConfigureAwait(false);
        }
    }
}
