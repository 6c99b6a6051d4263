using System.CommandLine;
using FcnService.Load;
using FcnService.Load.Cases;

ICase[] cases =
[
    new StartFaults(),
    new Overload(),
    new PatientClients(),
    new MemoryPlateau(),
    new ManyImages(),
    new Mutations(),
    new SlowClients(),
    new Termination(),
    new Replicas(),
    new ModelReplacement(),
];

var only = new Option<string[]>("--case") { Description = $"One of: {string.Join(", ", cases.Select(it => it.Name))}. All, if left out." };
only.AcceptOnlyFromAmong([.. cases.Select(it => it.Name)]);
var quick = new Option<bool>("--quick") { Description = "Fewer requests and less time; bounds that need more are skipped." };
var output = new Option<FileInfo?>("--output") { Description = "A Markdown file, between whose two markers the results go." };
var command = new RootCommand("Starts the service, overloads it, breaks it, and measures whether it keeps its promises.")
{
    only, quick, output, SendCommand.Create(),
};
command.SetAction(async (arguments, cancellation) =>
{
    var chosen = cases.Where(it => arguments.GetValue(only) is not { Length: > 0 } names || names.Contains(it.Name));
    var report = await Suite.RunAsync(chosen, arguments.GetValue(quick), cancellation);
    Console.WriteLine(report);
    if (arguments.GetValue(output) is { } file)
    {
        report.WriteInto(file.FullName);
    }

    return report.Failed ? 1 : 0;
});
return await command.Parse(args).InvokeAsync();
