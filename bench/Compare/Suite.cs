using System.Text;
using FcnService.Inference.Imaging;
using FcnService.Load.Harness;

namespace FcnService.Compare;

/// <summary>Runs cases one after another and tells what came of them.</summary>
/// <param name="photos">A folder of photos; null to draw them.</param>
/// <param name="models">Files that are taken for models, by the models' names.</param>
internal sealed class Suite(DirectoryInfo? photos, IReadOnlyDictionary<string, string> models)
{
    private readonly StringBuilder report = new(
        $"{DateTime.UtcNow:yyyy-MM-dd}, clients and servers on the same machine: {Machine.Description}. "
        + $"Photos {(photos is null ? "drawn" : $"of the folder {photos.Name}")}.\n");

    /// <summary>Whether a case could not be measured to its end.</summary>
    public bool Failed { get; private set; }

    /// <summary>What was measured so far, in Markdown.</summary>
    public string Report => report.ToString();

    /// <summary>Runs a case.</summary>
    public async Task RunAsync(Case settings, CancellationToken cancellation)
    {
        Console.Error.WriteLine($"{settings.Name}:");
        var folder = Directory.CreateTempSubdirectory("fcn-compare-");
        try
        {
            var sent = photos is null
                ? Photos.Draw(settings.SizeOf, settings.Photos)
                : Photos.Take(photos, settings.SizeOf, settings.Photos);
            await using var run = new CaseRun(settings, sent, new ModelFiles(folder.FullName, models, sent));
            report.Append('\n').Append(await run.RunAsync(cancellation));
        }
        catch (Exception fault) when (fault is ServiceFault or ImageRejectedException or InvalidDataException)
        {
            Failed = true;
            Console.Error.WriteLine($"  {settings.Name} fails: {fault.Message}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
