using System.Diagnostics;
using FcnService.Compare;
using FcnService.Compare.Servers;
using FcnService.Load.Harness;

namespace FcnService.Budgets;

/// <summary>The start with a large model: the first, and later ones, which find what the first has kept.</summary>
internal static class LargeModel
{
    private const int Starts = 5;

    private static readonly string Exporter =
        Path.Combine(ServiceProcess.Folder, "..", "..", "Export", Path.GetFileName(ServiceProcess.Folder), "FcnService.Export.dll");

    /// <summary>Measures the start with FCN-8s on VGG16 at full width, in the authors' padding.</summary>
    /// <exception cref="ServiceFault">The service does not start.</exception>
    public static async Task<IReadOnlyList<Figure>> MeasureAsync(CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("fcn-budgets-");
        try
        {
            var model = Path.Combine(folder.FullName, "fcn8s-vgg16.onnx");
            string[] export = ["export", "fcn8s", "--padding", "original", "--upsampling", "service", "--output", model];
            Tool.Run("dotnet", [Exporter, .. export], folder.FullName, $"{model} cannot be made");
            var name = FormattableString.Invariant($"start with a model of {new FileInfo(model).Length / 1e6:0} MB");
            var first = await StartAsync(folder.FullName, cancellation);
            var later = new List<Start>();
            for (var i = 0; i < Starts; i++)
            {
                later.Add(await StartAsync(folder.FullName, cancellation));
            }

            return
            [
                new Figure($"first {name}: until ready, s", Text([first.Seconds], "0.0")),
                new Figure($"first {name}: peak memory, MB", Text([first.PeakBytes / 1e6], "0")),
                new Figure($"later {name}: until ready, s", Text(later.Select(start => start.Seconds), "0.0"), "≤ 2"),
                new Figure($"later {name}: peak memory, MB", Text(later.Select(start => start.PeakBytes / 1e6), "0")),
            ];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<Start> StartAsync(string models, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        await using var service = await ServiceProcess.StartReadyAsync(
            cancellation, $"--Models:Directory={models}", "--Models:Default=fcn8s-vgg16");
        return new Start(clock.Elapsed.TotalSeconds, service.PeakResidentBytes);
    }

    private static string Text(IEnumerable<double> values, string format) => new Spread([.. values]).ToString(format);

    private readonly record struct Start(double Seconds, double PeakBytes);
}
