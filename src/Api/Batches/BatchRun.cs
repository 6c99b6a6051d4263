using System.IO.Pipelines;
using System.Threading.Channels;
using FcnService.Api.Access;
using FcnService.Api.Errors;
using FcnService.Api.Segmentation;
using Microsoft.Extensions.Options;

namespace FcnService.Api.Batches;

/// <summary>
/// Segments the images of a form while it arrives. Three things go on at once: images are read, one at a time, and start their way as soon
/// as they are there; their answers are put in order and written; and what is written goes to the client. Each holds the one before it up
/// when there is too much, so that memory does not grow with the number of images.
/// </summary>
internal sealed class BatchRun(ImageRequests requests, IOptions<BatchOptions> options, IOptions<SegmentationOptions> images)
{
    /// <summary>Answers a batch.</summary>
    /// <exception cref="ProblemException">There is no image to begin with.</exception>
    public async Task RunAsync(HttpContext context)
    {
        var form = BatchForm.Open(context.Request, options.Value.MaxImages, images.Value.MaxImageBytes);
        var first = await form.NextAsync(context.RequestAborted);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        using var slots = new SemaphoreSlim(options.Value.ImagesAtOnce);
        var answers = Channel.CreateUnbounded<Task<ImageResponse>>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        var held = options.Value.MaxHeldBytes;
        var output = new Pipe(new PipeOptions(pauseWriterThreshold: held, resumeWriterThreshold: held / 2, useSynchronizationContext: false));
        try
        {
            await Task.WhenAll(
                StopOthersOnFault(ReadAsync(context, form, first!, answers.Writer, slots, stop.Token), stop),
                StopOthersOnFault(WriteAsync(context, answers.Reader, output.Writer, slots, stop.Token), stop),
                StopOthersOnFault(SendAsync(context, output.Reader, stop.Token), stop));
        }
        finally
        {
            // Images that nobody waits for any more read the request's body, perhaps, which is there as long as the request is.
            await foreach (var left in answers.Reader.ReadAllAsync(CancellationToken.None))
            {
                await ((Task)left).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static async Task StopOthersOnFault(Task task, CancellationTokenSource stop)
    {
        try
        {
            await task;
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }

    private async Task ReadAsync(
        HttpContext context,
        BatchForm form,
        BatchImage first,
        ChannelWriter<Task<ImageResponse>> answers,
        SemaphoreSlim slots,
        CancellationToken stop)
    {
        try
        {
            for (var image = first; image is not null;)
            {
                await slots.WaitAsync(stop);
                var answer = requests.SegmentAsync(context, image, image == first ? null : context.Features.Get<ApiKey>(), stop);
                answers.TryWrite(answer);
                await Task.WhenAny(answer, image.Body.Ended);
                if (image.Body.IsBroken)
                {
                    return;
                }

                image = await form.NextAsync(stop);
            }
        }
        catch (Exception fault) when (fault is ProblemException or BadHttpRequestException)
        {
            // The answer has begun: what is wrong with the form is told in the place of the next image.
            await slots.WaitAsync(stop);
            answers.TryWrite(requests.FailAsync(context, fault, stop));
        }
        finally
        {
            answers.Complete();
        }
    }

    private static async Task WriteAsync(
        HttpContext context, ChannelReader<Task<ImageResponse>> answers, PipeWriter output, SemaphoreSlim slots, CancellationToken stop)
    {
        Exception? fault = null;
        try
        {
            await using var stream = output.AsStream(leaveOpen: true);
            var written = await BatchAnswers.BeginAsync(context.Request, stream, stop);
            context.Response.ContentType = written.ContentType;
            if (written.FileName is { } name)
            {
                context.Response.Headers.ContentDisposition = $"attachment; filename={name}";
            }

            await foreach (var answer in answers.ReadAllAsync(stop))
            {
                await written.WriteAsync(await answer, stop);
                slots.Release();
            }

            await written.EndAsync(stop);
        }
        catch (Exception error)
        {
            fault = error;
            throw;
        }
        finally
        {
            await output.CompleteAsync(fault);
        }
    }

    private static async Task SendAsync(HttpContext context, PipeReader output, CancellationToken stop)
    {
        try
        {
            await output.CopyToAsync(context.Response.Body, stop);
        }
        finally
        {
            await output.CompleteAsync();
        }
    }
}
