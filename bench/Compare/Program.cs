// Starts the service and its peers one beside the other, sees that they give the same masks, gives them the same load in turns, and prints
// what they make of it.
using System.CommandLine;
using System.Text;
using FcnService.Compare;
using FcnService.Inference.Imaging;
using FcnService.Load.Harness;

var quick = new Option<bool>("--quick") { Description = "The first case only, a few seconds for each server: shows that all of it works." };
var only = new Option<string[]>("--case") { Description = $"One of: {string.Join(", ", Cases.All.Select(it => it.Name))}. All, if left out." };
only.AcceptOnlyFromAmong([.. Cases.All.Select(it => it.Name)]);
var folder = new Option<DirectoryInfo>("--photos") { Description = "A folder of photos, of which the first are sent; drawn ones, if left out." };
folder.AcceptExistingOnly();
var given = new Option<string[]>("--model") { Description = "NAME=FILE: a file to take for the model of that name." };
given.Validators.Add(result =>
{
    foreach (var token in result.Tokens.Where(token => token.Value.Split('=', 2) is not [{ Length: > 0 }, { Length: > 0 }]))
    {
        result.AddError($"--model is '{token.Value}'; expected NAME=FILE.");
    }
});
var output = new Option<FileInfo?>("--output") { Description = "A Markdown file, between whose two markers the results go." };
var command = new RootCommand("Compares the service with its peers: throughput, latency, memory.") { quick, only, folder, given, output };
command.SetAction(async (arguments, cancellation) =>
{
    var (isQuick, names) = (arguments.GetValue(quick), arguments.GetValue(only) ?? []);
    var chosen = Cases.All.Where(it => names.Length > 0 ? names.Contains(it.Name) : !isQuick || it == Cases.All[0]);
    var files = (arguments.GetValue(given) ?? []).Select(text => text.Split('=', 2)).ToDictionary(parts => parts[0], parts => parts[1]);
    var report = new StringBuilder();
    report.Append($"{DateTime.UtcNow:yyyy-MM-dd}, {(isQuick ? "quick" : "full")} run, clients and servers on the same machine: {Machine.Description}.\n\n");
    report.Append($"Photos: {arguments.GetValue(folder)?.Name ?? "drawn"}.\n");
    var failed = false;
    foreach (var it in chosen.Select(it => isQuick ? it.Shortened() : it))
    {
        Console.Error.WriteLine($"{it.Name}:");
        var work = Directory.CreateTempSubdirectory("fcn-compare-");
        try
        {
            var photos = arguments.GetValue(folder) is { } source ? Photos.Take(source, it.Photo, it.Photos) : Photos.Draw(it.Photo, it.Photos);
            await using var run = new CaseRun(it, photos, new ModelFiles(work.FullName, files, photos));
            report.Append($"\n{await run.RunAsync(cancellation)}");
        }
        catch (Exception fault) when (fault is ServiceFault or ImageRejectedException or InvalidDataException)
        {
            failed = true;
            Console.Error.WriteLine($"  {it.Name} fails: {fault.Message}");
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    Console.WriteLine(report);
    if (!failed && arguments.GetValue(output) is { } file)
    {
        ResultsSection.Write(file.FullName, "bench/Compare", report.ToString());
    }

    return failed ? 1 : 0;
});
return await command.Parse(args).InvokeAsync();
