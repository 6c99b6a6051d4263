using System.CommandLine;
using System.Globalization;
using FcnService.Export.BatchSegmentation;
using FcnService.Inference;
using FcnService.Inference.Geometry;
using FcnService.Inference.Models;
using FcnService.Inference.Scheduling;

namespace FcnService.Export.Commands;

/// <summary><c>segment DIR --output DIR</c>: the masks of a folder of photos, or what else is made of them, or one machine's share of it.</summary>
internal static class SegmentCommand
{
    // As the service warms a model up: a small photo finds what is wrong with a model before the first real one.
    private static readonly ImageSize WarmUpSize = new(61, 43);

    private static readonly Argument<string> Photos = new("dir")
    {
        Description = "The folder of photos; those in the folders below it are taken too. "
            + $"Photos are the files that are named {string.Join(", ", PhotoFolder.Extensions)}.",
        Validators = { ModelOutput.RefuseEmptyPath },
    };

    private static readonly Option<string> Output = new("--output")
    {
        Description = "The folder for what is made, made itself if need be: the mask of a/b.jpg is a/b.jpg.png. "
            + "Photos whose file is there are skipped.",
        Required = true,
        Validators = { ModelOutput.RefuseEmptyPath },
    };

    private static readonly Option<string?> Model = new("--model")
    {
        Description = "The ONNX file; a sidecar NAME.model.json beside it is read too. The service's default model, if left out.",
        Validators = { ModelOutput.RefuseEmptyPath },
    };

    private static readonly Option<Shard> Part = new("--shard")
    {
        Description = "I/N: only the photos that fall into part I of N parts, 0/N to N−1/N; each photo falls into one of them, by its path.",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (Shard.Parse(text) is { } shard)
            {
                return shard;
            }

            result.AddError($"--shard is \"{text}\"; expected I/N with I from 0 to N−1, such as 0/16 to 15/16.");
            return Shard.Whole;
        },
        DefaultValueFactory = _ => Shard.Whole,
    };

    private static readonly RangeOption<int> Parallel = new(
        "--parallel",
        "How many photos are in work at a time: one in the network, others being read, decoded or written. 1 does one after the other.",
        Environment.ProcessorCount + 1,
        least: 1,
        most: 1_024);

    private static readonly RangeOption<int> Threads = new(
        "--threads", "Threads that the network runs with; 0 is one for each physical core.", 0, least: 0, most: 1_024);

    /// <summary>Creates the command.</summary>
    public static Command Create()
    {
        var command = new Command("segment", "Segments a folder of photos, as the service would; what is finished is skipped when it is run again.")
        {
            Photos, Output, Model, Part, Parallel, Threads,
        };
        foreach (var option in AnswerChoice.Options.Concat(PhotoLimits.Options).Append(ProviderOption.Option))
        {
            command.Add(option);
        }

        // On a thread of its own: Ctrl-C is listened to only once the action has given its own thread back.
        command.SetAction((arguments, cancellation) => Task.Run(() => SegmentAsync(arguments, cancellation), CancellationToken.None));
        return command;
    }

    private static async Task<int> SegmentAsync(ParseResult arguments, CancellationToken cancellation)
    {
        var (photos, outputs) = (arguments.GetValue(Photos)!, arguments.GetValue(Output)!);
        RefuseSame(photos, outputs);
        var folder = PhotoFolder.List(photos, except: outputs);
        using var segmenter = LoadModel(arguments);
        var answer = AnswerChoice.Read(arguments, segmenter);
        var output = OutputFolder.Open(outputs, answer.FileExtension);
        var plan = BatchPlan.Of(folder, output, arguments.GetValue(Part));

        using var pipeline = new SegmentationPipeline(new SchedulingSettings(), Environment.ProcessorCount);
        var batch = new BatchSegmenter(segmenter, pipeline, folder, PhotoLimits.Bytes(arguments), output, answer);
        var progress = new ProgressBar(arguments.InvocationConfiguration.Error, plan.Waiting.Count, "photos", !Console.IsErrorRedirected);
        var result = await batch.RunAsync(plan.Waiting, arguments.GetValue(Parallel), progress.Advance, cancellation);
        progress.Finish();

        var left = plan.Waiting.Count - result.Segmented - result.Failures.Count;
        var failures = folder.Failures.Concat(result.Failures).ToList();
        var rate = progress.Rate.ToString("0.0", CultureInfo.InvariantCulture);
        arguments.InvocationConfiguration.Output.WriteLine(
            $"{result.Segmented} photos segmented ({rate}/s), {plan.Finished} skipped as finished, {failures.Count} failed, {left} left.");
        PrintPassedOver(folder, arguments.InvocationConfiguration.Output);
        Print(failures, arguments.InvocationConfiguration.Error);
        return left > 0 ? CommandLine.Interrupted : failures.Count > 0 ? CommandLine.SomeFailed : 0;
    }

    private static void RefuseSame(string photos, string outputs)
    {
        if (Path.TrimEndingDirectorySeparator(Path.GetFullPath(photos)) == Path.TrimEndingDirectorySeparator(Path.GetFullPath(outputs)))
        {
            throw new ExportException($"--output is {outputs}, the folder of the photos; expected another, which may be in it.");
        }
    }

    private static Segmenter LoadModel(ParseResult arguments)
    {
        var path = arguments.GetValue(Model) ?? ServedModel.FindDefault();
        var segmenter = ServedModel.Load(path, ProviderOption.Select(arguments), arguments.GetValue(Threads), PhotoLimits.Header(arguments));
        try
        {
            segmenter.WarmUp(WarmUpSize);
            return segmenter;
        }
        catch (InvalidModelException fault)
        {
            segmenter.Dispose();
            throw new ExportException(fault.Message, fault);
        }
    }

    private static void PrintPassedOver(PhotoFolder folder, TextWriter output)
    {
        if (folder.Others.Count > 0)
        {
            var kinds = folder.Others.Select(other => $"{other.Value} {(other.Key.Length > 0 ? other.Key : "without an extension")}");
            output.WriteLine($"Not photos by their names: {string.Join(", ", kinds)}.");
        }

        if (folder.LinkedFolders > 0)
        {
            output.WriteLine($"Links to folders, not followed: {folder.LinkedFolders}.");
        }
    }

    private static void Print(List<PhotoFailure> failures, TextWriter error)
    {
        foreach (var failure in failures.OrderBy(failure => failure.Path, StringComparer.Ordinal))
        {
            error.WriteLine($"{failure.Path}: {failure.Fault}");
        }
    }
}
