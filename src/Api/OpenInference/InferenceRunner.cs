using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.InteropServices;
using FcnService.Api.Admission;
using FcnService.Api.Logging;
using FcnService.Api.Metrics;
using FcnService.Api.Segmentation;
using FcnService.Inference;
using FcnService.Inference.Masks;
using FcnService.Inference.Models;
using FcnService.Inference.Scheduling;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace FcnService.Api.OpenInference;

/// <summary>Runs inference requests: an encoded photo the way of <c>POST /segment</c>, or the network alone on its own tensor.</summary>
internal sealed class InferenceRunner(
    AdmissionControl admission, SegmentationPipeline pipeline, ServiceMetrics metrics, IOptions<SegmentationOptions> limits)
{
    /// <summary>Runs a request.</summary>
    /// <param name="segmenter">The model.</param>
    /// <param name="request">The request.</param>
    /// <param name="deadline">The time that it has.</param>
    /// <param name="features">Is told the photo's size, for the log.</param>
    /// <returns>The answer, which belongs to the caller.</returns>
    /// <exception cref="InvalidInferenceRequestException">The model cannot take the request.</exception>
    public Task<InferenceAnswer> RunAsync(Segmenter segmenter, InferenceRequest request, Deadline deadline, IFeatureCollection features)
    {
        var (name, datatype, own) = (request.Input.Name, request.Input.Datatype, segmenter.Contract.Input.Tensor);
        // A network's own input may have the name of the photo's, but not its data type.
        if (name == ModelTensors.Photo && (datatype == Datatype.Bytes.Name || own != ModelTensors.Photo))
        {
            return RunPhotoAsync(segmenter, request, deadline, features);
        }

        return name == own
            ? RunTensorAsync(segmenter, request, deadline)
            : throw new InvalidInferenceRequestException(
                $"The model has no input '{name}'; expected '{ModelTensors.Photo}', an encoded photo, or '{own}', the network's own tensor.");
    }

    private async Task<InferenceAnswer> RunPhotoAsync(Segmenter segmenter, InferenceRequest request, Deadline deadline, IFeatureCollection features)
    {
        var outputs = Requested(request, ModelTensors.Labels, ModelTensors.Mask);
        using var encoded = EncodedPhoto.Read(request.Input);
        if (encoded.Bytes.Length > limits.Value.MaxImageBytes)
        {
            throw Upload.TooManyBytes(limits.Value.MaxImageBytes, encoded.Bytes.Length);
        }

        using var photo = segmenter.Open(encoded.Bytes);
        features.Set(new SegmentedPhoto(photo.Image.Size, segmenter.Name));
        var segmentation = await AdmitAsync(segmenter, photo.Megapixels, deadline, () => segmenter.SegmentAsync(photo, pipeline, deadline.Token));
        try
        {
            var clock = Stopwatch.StartNew();
            var tensors = outputs.Select(output => output.Name == ModelTensors.Mask
                ? Mask(segmentation, segmenter, output.IsBinary)
                : Labels(segmentation, output.IsBinary)).ToList();
            metrics.RecordStages(segmenter.Name, segmentation.Times, clock.Elapsed);
            metrics.RecordBatch(segmenter.Name, segmentation.BatchSize);
            return new InferenceAnswer(segmenter.Name, request.Id, tensors, [segmentation]);
        }
        catch
        {
            segmentation.Dispose();
            throw;
        }
    }

    private async Task<InferenceAnswer> RunTensorAsync(Segmenter segmenter, InferenceRequest request, Deadline deadline)
    {
        var output = Requested(request, segmenter.Contract.Output.Tensor)[0];
        var batch = ImageBatch.Of(request.Input, segmenter.Contract);
        var runs = await AdmitAsync(segmenter, batch.Megapixels, deadline, () => RunEachAsync(segmenter, batch.Read(request.Input), deadline.Token));
        foreach (var run in runs)
        {
            metrics.RecordRun(segmenter.Name, run.Waited, run.Took);
            metrics.RecordBatch(segmenter.Name, run.BatchSize);
        }

        var tensor = Own(output.Name, runs, output.IsBinary);
        var answer = new InferenceAnswer(segmenter.Name, request.Id, [tensor], [.. runs.Select(run => run.Output)]);
        if (!tensor.CanBeSent)
        {
            answer.Dispose();
            throw new InvalidInferenceRequestException(
                $"The output '{output.Name}' has values that JSON cannot hold, infinite or not a number; ask for it with \"binary_data\": true.");
        }

        return answer;
    }

    // The outputs that are asked for, of those that the input has; without any, the first.
    private static List<(string Name, bool IsBinary)> Requested(InferenceRequest request, params string[] available)
    {
        if (request.Outputs.FirstOrDefault(output => !available.Contains(output.Name)) is { } unknown)
        {
            throw new InvalidInferenceRequestException(
                $"There is no output '{unknown.Name}' of the input '{request.Input.Name}'; "
                + $"there is {string.Join(", ", available.Select(name => $"'{name}'"))}.");
        }

        if (request.Outputs.GroupBy(output => output.Name).FirstOrDefault(named => named.Count() > 1) is { } repeated)
        {
            throw new InvalidInferenceRequestException($"The output '{repeated.Key}' is asked for more than once.");
        }

        return request.Outputs.Count == 0
            ? [(available[0], request.WantsBinary)]
            : [.. request.Outputs.Select(output => (output.Name, output.WantsBinary ?? request.WantsBinary))];
    }

    // Work counts until the network is done with it; sending the answer is the next request's gain.
    private async Task<T> AdmitAsync<T>(Segmenter segmenter, double megapixels, Deadline deadline, Func<Task<T>> run)
    {
        using var admitted = admission.AdmitPhoto(megapixels);
        deadline.Enter("waiting for the network, and in it");
        try
        {
            return await run();
        }
        catch (OperationCanceledException) when (deadline.IsAbandoned)
        {
            metrics.CountAbandoned(segmenter.Name);
            throw;
        }
    }

    // The images of a batch take their turns like photos, and run together as those do.
    private async Task<ScheduledOutput[]> RunEachAsync(Segmenter segmenter, List<InputTensor> images, CancellationToken cancellation)
    {
        var runs = images.Select(image => segmenter.RunAsync(image, pipeline, cancellation)).ToList();
        try
        {
            return await Task.WhenAll(runs);
        }
        catch
        {
            foreach (var run in runs.Where(run => run.IsCompletedSuccessfully))
            {
                run.Result.Output.Dispose();
            }

            throw;
        }
    }

    private static OutputTensor Labels(Inference.Segmentation segmentation, bool isBinary)
    {
        var size = segmentation.Labels.Size;
        return new OutputTensor(ModelTensors.Labels, Datatype.UInt8, [1, size.Height, size.Width], [() => segmentation.Labels.Labels], isBinary);
    }

    private static OutputTensor Mask(Inference.Segmentation segmentation, Segmenter segmenter, bool isBinary)
    {
        using var span = StageTrace.Start("encode", segmenter.Name);
        using var element = new MemoryStream();
        element.SetLength(sizeof(uint));
        element.Position = sizeof(uint);
        IndexedPng.Write(segmentation.Labels, segmenter.Contract.Palette, element);
        var bytes = element.ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)(bytes.Length - sizeof(uint)));
        return new OutputTensor(ModelTensors.Mask, Datatype.Bytes, [1], [() => bytes], isBinary);
    }

    private static OutputTensor Own(string name, ScheduledOutput[] runs, bool isBinary)
    {
        var one = runs[0].Output;
        TensorPart[] parts = [.. runs.Select(run => (TensorPart)(() => Bytes(run.Output)))];
        return new OutputTensor(name, Datatype.Of(one.ElementType), [runs.Length, .. one.Shape.Skip(1)], parts, isBinary);
    }

    private static ReadOnlySpan<byte> Bytes(NetworkOutput output) => output.ElementType switch
    {
        TensorElementType.UInt8 => output.Values<byte>(),
        TensorElementType.Int32 => MemoryMarshal.AsBytes(output.Values<int>()),
        TensorElementType.Int64 => MemoryMarshal.AsBytes(output.Values<long>()),
        _ => MemoryMarshal.AsBytes(output.Values<float>()),
    };
}
