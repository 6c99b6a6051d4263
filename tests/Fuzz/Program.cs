using System.CommandLine;
using FcnService.Fuzz;

var count = new Option<int>("--count") { Description = "Files of each format.", DefaultValueFactory = _ => 10_000 };
var seed = new Option<int>("--seed") { Description = "Equal seeds make equal files.", DefaultValueFactory = _ => 1 };
var samples = new Option<string?>("--samples") { Description = "A folder; its files of up to 20 kB are mutated, too." };
var command = new RootCommand("Reads mutated files of weights and watches time, memory and messages.") { count, seed, samples };
command.SetAction(arguments =>
{
    var violations = 0;
    foreach (var (format, files) in SampleFiles.With(arguments.GetValue(samples)))
    {
        var summary = Fuzzer.Run(format, files, arguments.GetValue(count), arguments.GetValue(seed));
        Console.WriteLine(summary);
        foreach (var violation in summary.Violations.Take(10))
        {
            Console.WriteLine($"  {violation}");
        }

        violations += summary.Violations.Count;
    }

    return violations == 0 ? 0 : 1;
});
return command.Parse(args).Invoke();
