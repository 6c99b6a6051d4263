// Measures what decoding an image takes: seconds, and memory beyond that of the process that holds the file. Draws the images, some as
// large as the limits allow, in a folder, once; then decodes each in a process of its own, so that its peak is its own.
//
//   dotnet run -c Release --project tests/DecoderMemory -- FOLDER [FILTER]
//
// FOLDER keeps about 200 MB between runs; FILTER takes only cases whose name contains it. VIPS_CONCURRENCY=1 in the environment holds
// libvips to one thread.
using System.Diagnostics;
using System.Globalization;
using FcnService.DecoderMemory;

if (args is ["draw", var path, var caseName])
{
    Picture.Draw(path, Cases.All.Single(c => c.Name == caseName));
    return 0;
}

if (args is ["measure", var file, var parallel])
{
    return Measurement.Print(file, int.Parse(parallel, CultureInfo.InvariantCulture));
}

if (args is not [var folder, ..])
{
    Console.Error.WriteLine("Name a folder for the images.");
    return 2;
}

Directory.CreateDirectory(folder);
Console.WriteLine("| image | answer | ms | 4 at once, ms | MB beyond the file | libvips' pixels, MB |");
Console.WriteLine("|---|---|---|---|---|---|");
foreach (var one in Cases.All.Where(c => c.Name.Contains(args.ElementAtOrDefault(1) ?? string.Empty, StringComparison.Ordinal)))
{
    var image = Path.Combine(folder, one.Name.Replace(' ', '-').Replace(",", string.Empty, StringComparison.Ordinal) + "." + one.Extension);
    if (!File.Exists(image))
    {
        var unfinished = image + ".unfinished." + one.Extension;
        if (Run("draw", unfinished, one.Name).Trim() is { Length: > 0 } complaint)
        {
            Console.WriteLine($"| {one.Name} | not drawn: {complaint} |");
            continue;
        }

        File.Move(unfinished, image);
    }

    var single = Run("measure", image, "1").Trim().Split('\t');
    var four = one.IsCommon ? Run("measure", image, "4").Trim().Split('\t')[1] : string.Empty;
    Console.WriteLine(
        single.Length == 4
            ? $"| {one.Name} | {single[0]} | {single[1]} | {four} | {single[2]} | {single[3]} |"
            : $"| {one.Name} | {string.Join(' ', single)} |");
}

return 0;

static string Run(params string[] arguments)
{
    using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments)
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
    var errors = process.StandardError.ReadToEndAsync();
    var output = process.StandardOutput.ReadToEnd();
    if (!process.WaitForExit(TimeSpan.FromMinutes(3)))
    {
        process.Kill();
    }

    return output + errors.Result.Split('\n')[0];
}
