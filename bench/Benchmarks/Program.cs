// Measures the work that the service does to a photo besides running the network. Arguments are BenchmarkDotNet's:
//
//   dotnet run --project bench/Benchmarks -c Release -- --filter '*'
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Order;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

// In this process: the projects that BenchmarkDotNet writes and builds otherwise know neither this repository's settings nor npm's libraries.
// Short, so that all of it takes some two minutes: what is measured takes from a tenth of a millisecond to a tenth of a second, which ten
// iterations tell well enough. The default goes on until the error is small, up to a hundred of them.
var job = Job.Default
    .WithToolchain(InProcessEmitToolchain.Instance)
    .WithIterationTime(TimeInterval.FromMilliseconds(250))
    .WithWarmupCount(5)
    .WithIterationCount(10);
var config = ManualConfig.Create(DefaultConfig.Instance)
    .AddJob(job)
    .AddDiagnoser(MemoryDiagnoser.Default)
    .WithOptions(ConfigOptions.JoinSummary)
    .WithOrderer(new DefaultOrderer(SummaryOrderPolicy.Method))
    .WithSummaryStyle(SummaryStyle.Default.WithTimeUnit(TimeUnit.Millisecond))
    .HideColumns(Column.Error)
    .WithArtifactsPath(Path.Combine(AppContext.BaseDirectory, "results"));
var summaries = BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config).ToList();
// A benchmark that throws is a line without figures in the table; a filter may have hit none.
var reports = summaries.SelectMany(summary => summary.Reports).ToList();
return reports.Count > 0 && reports.All(report => report.Success) ? 0 : 1;
