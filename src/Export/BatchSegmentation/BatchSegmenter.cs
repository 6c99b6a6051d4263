using FcnService.Inference;
using FcnService.Inference.Answers;
using FcnService.Inference.Imaging;
using FcnService.Inference.Models;
using FcnService.Inference.Scheduling;

namespace FcnService.Export.BatchSegmentation;

/// <summary>Segments the photos of a folder as the service would: while the network runs on one, others are read, decoded and written.</summary>
/// <param name="segmenter">The model.</param>
/// <param name="pipeline">Where photos wait for the network.</param>
/// <param name="folder">The photos.</param>
/// <param name="maxImageBytes">The largest file that is read.</param>
/// <param name="output">Where the outputs go.</param>
/// <param name="answer">What the outputs are.</param>
internal sealed class BatchSegmenter(
    Segmenter segmenter, SegmentationPipeline pipeline, PhotoFolder folder, int maxImageBytes, OutputFolder output, Answer answer)
{
    /// <summary>Segments photos; one that fails costs only itself.</summary>
    /// <param name="photos">Their paths in the folder.</param>
    /// <param name="parallel">How many are in work at a time, at least 1; bounds the memory.</param>
    /// <param name="advance">Is told after each photo, one call at a time.</param>
    /// <param name="cancellation">Ends the run early; what is being written is written to its end.</param>
    /// <returns>What came of the photos, fewer than were given if the run was ended.</returns>
    public async Task<BatchResult> RunAsync(IReadOnlyList<string> photos, int parallel, Action advance, CancellationToken cancellation)
    {
        var (gate, segmented, failures) = (new Lock(), 0, new List<PhotoFailure>());
        var options = new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellation };
        try
        {
            await Parallel.ForEachAsync(photos, options, async (photo, ended) =>
            {
                var failure = await TryAsync(photo, ended);
                lock (gate)
                {
                    Count(failure);
                    advance();
                }
            });
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // What is finished is finished; the next run does the rest.
        }

        return new BatchResult(segmented, failures);

        void Count(PhotoFailure? failure)
        {
            if (failure is { } failed)
            {
                failures.Add(failed);
            }
            else
            {
                segmented++;
            }
        }
    }

    private async Task<PhotoFailure?> TryAsync(string path, CancellationToken cancellation)
    {
        try
        {
            await SegmentAsync(path, cancellation);
            return null;
        }
        catch (Exception fault) when (fault is ImageRejectedException or InvalidModelException or ExportException)
        {
            return new PhotoFailure(path, fault.Message);
        }
    }

    private async Task SegmentAsync(string path, CancellationToken cancellation)
    {
        using var photo = segmenter.Open(InputFile.ReadAllBytes(folder.FullPath(path), maxImageBytes));
        using var segmentation = await segmenter.SegmentAsync(photo, answer.Detail, pipeline, cancellation);
        using var encoded = answer.DecodesPhoto
            ? await pipeline.DecodeAsync(() => answer.Encode(segmentation, photo), cancellation)
            : answer.Encode(segmentation, photo);
        await output.WriteAsync(path, file => encoded.CopyToAsync(file, CancellationToken.None));
    }
}

/// <summary>What came of photos.</summary>
/// <param name="Segmented">How many outputs were written.</param>
/// <param name="Failures">The others.</param>
internal sealed record BatchResult(int Segmented, IReadOnlyList<PhotoFailure> Failures);
