using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using FcnService.Export.Evaluation;
using FcnService.Inference;
using FcnService.Inference.Masks;

namespace FcnService.Export.Commands;

/// <summary><c>evaluate MODEL</c>: what a model scores on a data set, by the very pipeline that serves it.</summary>
internal static class EvaluateCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private static readonly Argument<string> Model = new("model") { Description = "The ONNX file; a sidecar NAME.model.json beside it is read too." };

    private static readonly Option<string> DatasetName = new("--dataset") { Description = "voc or camvid.", Required = true };

    private static readonly Option<string> Root = new("--root") { Description = "The data set's folder.", Required = true };

    private static readonly Option<string> Split = new("--split") { Description = "The list of photos: a file, or for camvid a folder's name such as val.", Required = true };

    private static readonly Option<bool> AsJson = new("--json") { Description = "Print the scores as JSON." };

    private static readonly Option<string?> SaveMasks = new("--save-masks") { Description = "A folder to write the masks to." };

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var command = new Command("evaluate", "Scores a model on a data set, through the pipeline that serves it.")
        {
            Model, DatasetName, Root, Split, AsJson, SaveMasks, ProviderOption.Option,
        };
        // On a thread of its own: Ctrl-C is listened to only once the action has given its own thread back.
        command.SetAction((arguments, cancellation) => Task.Run(() => Evaluate(arguments, cancellation), CancellationToken.None));
        return command;
    }

    private static int Evaluate(ParseResult arguments, CancellationToken cancellation)
    {
        var dataset = Dataset.Open(arguments.GetValue(DatasetName)!, arguments.GetValue(Root)!, arguments.GetValue(Split)!);
        using var segmenter = ServedModel.Load(arguments.GetValue(Model)!, ProviderOption.Select(arguments));
        if (Run(segmenter, dataset, arguments, cancellation) is not { } evaluation)
        {
            return CommandLine.Interrupted;
        }

        var output = arguments.InvocationConfiguration.Output;
        if (arguments.GetValue(AsJson))
        {
            output.WriteLine(JsonSerializer.Serialize(evaluation, Json));
        }
        else
        {
            Print(evaluation, output);
        }

        return cancellation.IsCancellationRequested ? CommandLine.Interrupted : 0;
    }

    private static void CreateFolder(string? path)
    {
        try
        {
            if (path is not null)
            {
                Directory.CreateDirectory(path);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ExportException($"{path} cannot be made a folder for masks: {error.Message}", error);
        }
    }

    // Ctrl-C ends the loop: the scores are then those of the photos so far.
    private static EvaluationResult? Run(Segmenter segmenter, Dataset dataset, ParseResult arguments, CancellationToken cancellation)
    {
        var evaluator = new Evaluator(segmenter, dataset);
        var masks = arguments.GetValue(SaveMasks);
        CreateFolder(masks);

        var progress = new ProgressBar(arguments.InvocationConfiguration.Error, dataset.Samples.Count, "photos", !Console.IsErrorRedirected);
        foreach (var sample in dataset.Samples.TakeWhile(_ => !cancellation.IsCancellationRequested))
        {
            evaluator.Add(sample, segmentation => Save(segmentation, sample, segmenter.Contract.Palette, masks));
            progress.Advance();
        }

        progress.Finish();
        return evaluator.Photos == 0 && cancellation.IsCancellationRequested ? null : evaluator.Result(progress.Rate);
    }

    private static void Save(Segmentation segmentation, Sample sample, Palette palette, string? folder)
    {
        if (folder is not null)
        {
            var path = Path.Combine(folder, $"{Path.GetFileNameWithoutExtension(sample.Photo)}.png");
            AtomicFile.Write(path, stream => IndexedPng.Write(segmentation.Labels, palette, stream));
        }
    }

    private static void Print(EvaluationResult result, TextWriter output)
    {
        var width = result.ClassIU.Max(score => score.Class.Length);
        foreach (var (name, score) in result.ClassIU)
        {
            output.WriteLine($"IU {name.PadRight(width)}  {(score is null ? "-" : Four(score.Value))}");
        }

        output.WriteLine();
        output.WriteLine($"model                  {result.Model}");
        output.WriteLine($"photos                 {result.Photos} of {result.PhotosInSplit}");
        output.WriteLine($"pixel accuracy         {Four(result.PixelAccuracy)}");
        output.WriteLine($"mean accuracy          {Four(result.MeanAccuracy)}");
        output.WriteLine($"mean IU                {Four(result.MeanIU)}");
        output.WriteLine($"frequency-weighted IU  {Four(result.FrequencyWeightedIU)}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"photos a second        {result.PhotosPerSecond:0.0}"));
    }

    private static string Four(double score) => score.ToString("0.0000", CultureInfo.InvariantCulture);
}
