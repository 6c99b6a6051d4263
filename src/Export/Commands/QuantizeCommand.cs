using System.CommandLine;
using FcnService.Export.Evaluation;
using FcnService.Export.Onnx;
using FcnService.Export.Quantization;
using FcnService.Inference;
using FcnService.Inference.Imaging;
using FcnService.Inference.Models;
using FcnService.Inference.Scheduling;
using Google.Protobuf;

namespace FcnService.Export.Commands;

/// <summary><c>quantize MODEL --calibrate DIR</c>: a model whose convolutions are computed in bytes.</summary>
internal static class QuantizeCommand
{
    /// <summary>Each is kept in memory with the model's output, and every layer is run on each twice.</summary>
    private const int MostMeasured = 8;

    private static readonly Argument<string> Model = new("model")
    {
        Description = "The ONNX file, of 32-bit floats; a sidecar NAME.model.json beside it is read too, and becomes part of the new model.",
        Validators = { ModelOutput.RefuseEmptyPath },
    };

    private static readonly Option<string> Calibrate = new("--calibrate")
    {
        Description = "A folder with photos such as the model will see; not those that it is evaluated with.",
        Required = true,
        Validators = { ModelOutput.RefuseEmptyPath },
    };

    private static readonly Option<string> Output = new("--output")
    {
        Description = "The ONNX file to write; its folder must exist.",
        Required = true,
        Validators = { ModelOutput.RefuseEmptyPath },
    };

    private static readonly RangeOption<int> Images = new(
        "--images", "How many of the photos are used, spread evenly over the folder, at least 1.", 64, least: 1, most: int.MaxValue);

    private static readonly WordOption<Func<double, CalibrationMethod>> Method = new(
        "--method",
        "How the range of a feature map is chosen: percentile, or entropy for the least Kullback–Leibler divergence.",
        ("percentile", percent => new PercentileCalibration(percent)),
        ("entropy", _ => new EntropyCalibration()));

    private static readonly RangeOption<double> Percentile = new(
        "--percentile",
        "The share of a feature map's values, in percent, that lies below the upper end of its range; above 50 and at most 100.",
        99.99,
        least: Math.BitIncrement(50.0),
        most: 100);

    private static readonly RangeOption<double> MaxError = new(
        "--max-error",
        "A layer that by itself brings more error to the output than this, relative to the output's size, stays fp32.",
        0.03,
        least: 0,
        most: double.MaxValue);

    private static readonly Option<string[]> Keep = new("--keep")
    {
        Description = "The names of layers that stay fp32 whatever their error.",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<bool> ReduceRange = new("--reduce-range")
    {
        Description = "Weights of 7 bits, for x64 processors without VNNI, where sums of products with 8 bits overflow.",
    };

    private static readonly Option<string?> DatasetName = new("--dataset") { Description = "Score both models on voc or camvid." };

    private static readonly Option<string?> Root = new("--root") { Description = "The data set's folder." };

    private static readonly Option<string?> Split = new("--split") { Description = "The data set's photos, as for evaluate." };

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var command = new Command("quantize", "Writes a model whose convolutions are computed in bytes: a quarter of the size, and several times as fast.")
        {
            Model, Calibrate, Output, Images, Method, Percentile, MaxError, Keep, ReduceRange, DatasetName, Root, Split,
        };
        // On a thread of its own: Ctrl-C is listened to only once the action has given its own thread back.
        command.SetAction((arguments, cancellation) => Task.Run(() => Run(arguments, cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(ParseResult arguments, CancellationToken cancellation)
    {
        try
        {
            Quantize(arguments, cancellation);
            return 0;
        }
        catch (OperationCanceledException)
        {
            return CommandLine.Interrupted;
        }
    }

    private static void Quantize(ParseResult arguments, CancellationToken cancellation)
    {
        var (path, output) = (arguments.GetValue(Model)!, arguments.GetValue(Output)!);
        RefuseOver(path, output);
        var dataset = OpenDataset(arguments);
        var photos = CalibrationPhotos.Pick(arguments.GetValue(Calibrate)!, arguments.GetValue(Images));
        var model = FloatModel.Read(path);

        EvaluationResult? before;
        using (var segmenter = ServedModel.Load(path))
        {
            var layers = Quantize(segmenter, model, photos, arguments, cancellation);
            QuantizationReport.Print(layers, arguments.InvocationConfiguration.Output);
            before = Evaluate(segmenter, dataset, arguments, cancellation);
        }

        using var quantized = ServedModel.Load(output);
        var after = Evaluate(quantized, dataset, arguments, cancellation);
        QuantizationReport.Print(path, output, before, after, arguments.InvocationConfiguration.Output);
    }

    private static List<LayerReport> Quantize(
        Segmenter segmenter, FloatModel model, IReadOnlyList<string> photos, ParseResult arguments, CancellationToken cancellation)
    {
        var settings = new QuantizationSettings(
            Method.Read(arguments)(arguments.GetValue(Percentile)),
            arguments.GetValue(ReduceRange) ? WeightQuantization.SevenBits : WeightQuantization.EightBits,
            arguments.GetValue(MaxError),
            arguments.GetValue(Keep)!);
        var quantizer = new Quantizer(model, segmenter.Contract, settings, (steps, unit) => Progress(steps, unit, arguments), cancellation);
        var activations = quantizer.Calibrate(photos.Select(photo => ReadInput(segmenter, photo)), photos.Count);
        var measured = Measured(photos).Select(photo => ReadInput(segmenter, photo)).ToList();
        try
        {
            var layers = quantizer.Choose(activations, measured).ToList();
            var quantized = quantizer.Build(activations, layers);
            Describe(quantized, arguments.GetValue(Model)!);
            AtomicFile.Write(arguments.GetValue(Output)!, stream => quantized.WriteTo(stream));
            return layers;
        }
        finally
        {
            measured.ForEach(photo => photo.Dispose());
        }
    }

    private static IEnumerable<string> Measured(IReadOnlyList<string> photos)
    {
        var count = Math.Min(MostMeasured, photos.Count);
        return Enumerable.Range(0, count).Select(i => photos[(int)((long)i * photos.Count / count)]);
    }

    private static InputTensor ReadInput(Segmenter segmenter, string photo)
    {
        try
        {
            return segmenter.ReadInput(InputFile.ReadAllBytes(photo));
        }
        catch (ImageRejectedException rejected)
        {
            throw new ExportException($"The photo {photo} cannot be calibrated with: {rejected.Message}", rejected);
        }
    }

    // A sidecar is of one file's name; the new file says the same by itself.
    private static void Describe(ModelProto quantized, string path)
    {
        var sidecar = ModelSession.SidecarOf(path);
        if (!File.Exists(sidecar))
        {
            return;
        }

        var own = quantized.MetadataProps.FirstOrDefault(entry => entry.Key == ModelDescription.MetadataKey);
        (string, string)[] layers = [(own?.Value ?? "{}", path), (System.Text.Encoding.UTF8.GetString(InputFile.ReadAllBytes(sidecar)), sidecar)];
        if (own is null)
        {
            quantized.MetadataProps.Add(own = new StringStringEntryProto { Key = ModelDescription.MetadataKey });
        }

        own.Value = ModelDescription.Merge(layers).ToJson();
    }

    private static Dataset? OpenDataset(ParseResult arguments) =>
        (arguments.GetValue(DatasetName), arguments.GetValue(Root), arguments.GetValue(Split)) switch
        {
            (null, null, null) => null,
            ({ } name, { } root, { } split) => Dataset.Open(name, root, split),
            _ => throw new ExportException("--dataset, --root and --split belong together; expected all of them or none."),
        };

    private static EvaluationResult? Evaluate(Segmenter segmenter, Dataset? dataset, ParseResult arguments, CancellationToken cancellation)
    {
        if (dataset is null)
        {
            return null;
        }

        var evaluator = new Evaluator(segmenter, dataset);
        var progress = new ProgressBar(arguments.InvocationConfiguration.Error, dataset.Samples.Count, "photos", !Console.IsErrorRedirected);
        foreach (var sample in dataset.Samples)
        {
            cancellation.ThrowIfCancellationRequested();
            evaluator.Add(sample);
            progress.Advance();
        }

        progress.Finish();
        return evaluator.Result(progress.Rate);
    }

    private static Action Progress(int steps, string unit, ParseResult arguments)
    {
        var progress = new ProgressBar(arguments.InvocationConfiguration.Error, steps, unit, !Console.IsErrorRedirected);
        var left = steps;
        return () =>
        {
            progress.Advance();
            if (--left == 0)
            {
                progress.Finish();
            }
        };
    }

    private static void RefuseOver(string model, string output)
    {
        if (Path.GetFullPath(model) == Path.GetFullPath(output))
        {
            throw new ExportException($"{output} is the model itself; expected another file to write.");
        }
    }
}
