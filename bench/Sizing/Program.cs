// Measures what a replica of the service takes: memory and time, by model and size of photo.
using System.CommandLine;
using FcnService.Inference.Geometry;
using FcnService.Load.Harness;
using FcnService.Sizing;

// From a quarter of a megapixel to the most that networks without a size of their own see by default.
ImageSize[] sizes = [new(512, 512), new(704, 704), new(1024, 1024)];

var models = new Argument<FileInfo[]>("models")
{
    Description = "ONNX files; without any, the repository's models.",
    Arity = ArgumentArity.ZeroOrMore,
};
models.AcceptExistingOnly();
var seconds = new Option<int>("--seconds") { Description = "How long each load lasts.", DefaultValueFactory = _ => 10 };
var output = new Option<FileInfo>("--output") { Description = "A Markdown file, between whose two markers the results go." };
var command = new RootCommand("Measures what a replica of the service takes, by model and size of photo.") { models, seconds, output };
command.SetAction(async (arguments, cancellation) =>
{
    FileInfo[] ofRepository = [RepositoryModel("fcn8s-camvid.onnx"), RepositoryModel("fp32/fcn8s-camvid.onnx")];
    var files = arguments.GetValue(models) is { Length: > 0 } given ? given : ofRepository;
    var report = new Report();
    foreach (var file in files)
    {
        using var replica = new Replica(file);
        foreach (var size in sizes)
        {
            report.Add(await replica.MeasureAsync(size, TimeSpan.FromSeconds(arguments.GetValue(seconds)), cancellation));
        }
    }

    Console.WriteLine(report);
    if (arguments.GetValue(output) is { } page)
    {
        ResultsSection.Write(page.FullName, "bench/Sizing", report.ToString());
    }
});
return await command.Parse(args).InvokeAsync();

static FileInfo RepositoryModel(string path) => new(Path.Combine(ServiceProcess.Repository, "models", path));
