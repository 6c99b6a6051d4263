// Starts the service and its peers one beside the other, sees that they give the same masks, gives them the same load in turns, and prints
// what they make of it.
using System.CommandLine;
using FcnService.Compare;
using FcnService.Inference.Providers;
using FcnService.Load.Harness;

var quick = new Option<bool>("--quick") { Description = "Short turns, of the provider's first case if none is named: shows that all of it works." };
var provider = new Option<ProviderChoice>("--provider")
{
    Description = "cpu or cuda: whose cases are run, if none is named.",
    DefaultValueFactory = _ => ProviderChoice.Cpu,
};
provider.AcceptOnlyFromAmong("cpu", "cuda");
var only = new Option<string[]>("--case") { Description = $"One of: {string.Join(", ", Cases.All.Select(it => it.Name))}. All of the provider's, if left out." };
only.AcceptOnlyFromAmong([.. Cases.All.Select(it => it.Name)]);
var photos = new Option<DirectoryInfo>("--photos") { Description = "A folder of photos, of which the first are sent; drawn ones, if left out." };
photos.AcceptExistingOnly();
var models = new Option<string[]>("--model") { Description = "NAME=FILE: a file to take for the model of that name." };
models.Validators.Add(result =>
{
    foreach (var token in result.Tokens.Where(token => token.Value.Split('=', 2) is not [{ Length: > 0 }, { Length: > 0 }]))
    {
        result.AddError($"--model is '{token.Value}'; expected NAME=FILE.");
    }
});
var output = new Option<FileInfo>("--output") { Description = "A Markdown file, between whose two markers the results go." };
var command = new RootCommand("Compares the service with its peers: throughput, latency, memory.") { quick, provider, only, photos, models, output };
command.SetAction(async (arguments, cancellation) =>
{
    var (isQuick, names) = (arguments.GetValue(quick), arguments.GetValue(only) ?? []);
    var ofProvider = Cases.All.Where(it => it.Provider == arguments.GetValue(provider));
    var chosen = names.Length > 0 ? Cases.All.Where(it => names.Contains(it.Name)) : isQuick ? ofProvider.Take(1) : ofProvider;
    var files = (arguments.GetValue(models) ?? []).Select(text => text.Split('=', 2)).ToDictionary(parts => parts[0], parts => parts[1]);
    var suite = new Suite(arguments.GetValue(photos), files);
    foreach (var it in chosen)
    {
        await suite.RunAsync(isQuick ? it.Shortened() : it, cancellation);
    }

    Console.WriteLine(suite.Report);
    if (!suite.Failed && arguments.GetValue(output) is { } file)
    {
        ResultsSection.Write(file.FullName, "bench/Compare", suite.Report);
    }

    return suite.Failed ? 1 : 0;
});
return await command.Parse(args).InvokeAsync();
