using System.Diagnostics;
using System.Globalization;
using FcnService.Inference.Imaging;

namespace FcnService.DecoderMemory;

/// <summary>One image decoded in this process, which does nothing else.</summary>
internal static class Measurement
{
    private const int WorkingSide = 1024;

    /// <summary>Prints, between tabs, what came of it, milliseconds, peak megabytes beyond those before, and libvips' own peak.</summary>
    public static int Print(string path, int atOnce)
    {
        // What takes too much is measured too: the limit is set by what it took.
        var decoder = new ImageDecoder(new ImageLimits(MaxDecodedBytes: long.MaxValue));
        var file = File.ReadAllBytes(path);
        // First a picture and a refusal, so that the code and the library are loaded when the measurement begins.
        AnswerAtOnce(decoder, SmallPng(), 1);
        AnswerAtOnce(new ImageDecoder(new ImageLimits(MaxPixels: 0)), SmallPng(), 1);
        var before = PeakMegabytes();
        var clock = Stopwatch.StartNew();
        var answer = AnswerAtOnce(decoder, file, atOnce);
        var taken = clock.Elapsed.TotalMilliseconds;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{answer}\t{taken:0.0}\t{PeakMegabytes() - before:0.0}\t{Vips.HighWater() / 1e6:0.0}"));
        return 0;
    }

    private static string AnswerAtOnce(ImageDecoder decoder, byte[] file, int times)
    {
        var answers = new string[times];
        var threads = Enumerable.Range(0, times).Select(i => new Thread(() => answers[i] = Answer(decoder, file))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return answers[0];
    }

    private static string Answer(ImageDecoder decoder, byte[] file)
    {
        try
        {
            using var image = decoder.Open(file);
            var size = image.Size;
            var target = size.LongSide <= WorkingSide ? size : size.Scale(WorkingSide, size.LongSide);
            using var decoded = image.Decode(target);
            return $"{size} → {decoded.Size}";
        }
        catch (ImageRejectedException rejected)
        {
            return rejected.Reason.ToString();
        }
    }

    private static byte[] SmallPng() => Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==");

    // The kernel's high-water mark of resident memory.
    private static double PeakMegabytes() =>
        double.Parse(
            File.ReadLines("/proc/self/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))["VmHWM:".Length..^2],
            NumberStyles.Number,
            CultureInfo.InvariantCulture) * 1024 / 1e6;
}
