// Measures the service where it has a bound of its own, without peers, and prints what comes out beside the bound.
using System.CommandLine;
using System.Text;
using FcnService.Budgets;
using FcnService.Compare.Servers;
using FcnService.Inference.Geometry;
using FcnService.Inference.Imaging;
using FcnService.Load.Harness;

var photos = new Option<DirectoryInfo>("--photos") { Description = "A folder of photos, of which the first are used; drawn ones, if left out." };
photos.AcceptExistingOnly();
var output = new Option<FileInfo>("--output") { Description = "A Markdown file, between whose two markers the results go." };
var command = new RootCommand("Measures the mask's file, the start with a large model, a large photo's overlay, and its memory.") { photos, output };
command.SetAction(async (arguments, cancellation) =>
{
    var folder = arguments.GetValue(photos);
    var report = new StringBuilder(
        $"{DateTime.UtcNow:yyyy-MM-dd}, {Machine.Description}. Photos {(folder is null ? "drawn" : $"of the folder {folder.Name}")}.\n\n");
    report.Append("| figure | measured | goal |\n|---|---|---|\n");
    try
    {
        var masks = new MaskFiles(folder);
        Add(masks.Measure(new ImageSize(500, 500), mostMilliseconds: 3));
        Add(masks.Measure(new ImageSize(4000, 3000), mostMilliseconds: 60));
        Add(await LargeModel.MeasureAsync(cancellation));
        Add(await OverlayTime.MeasureAsync(cancellation));
        Add(await new LargePhoto(folder).MeasureAsync(cancellation));
    }
    catch (Exception fault) when (fault is ServiceFault or UnavailableException or ImageRejectedException or InvalidDataException)
    {
        Console.Error.WriteLine(fault.Message);
        return 1;
    }

    if (arguments.GetValue(output) is { } file)
    {
        ResultsSection.Write(file.FullName, "bench/Budgets", report.ToString());
    }

    return 0;

    void Add(IEnumerable<Figure> figures)
    {
        foreach (var figure in figures)
        {
            Console.WriteLine(figure);
            report.Append(figure).Append('\n');
        }
    }
});
return await command.Parse(args).InvokeAsync();
