using FcnService.Inference;
using FcnService.Inference.Masks;

namespace FcnService.Export.BatchSegmentation;

/// <summary>What becomes of a segmentation: the one place that says what is in the files of a batch.</summary>
/// <param name="Extension">What is appended to the photos' names, with the dot.</param>
/// <param name="Write">Writes a file's content.</param>
internal sealed record OutputFormat(string Extension, Action<Segmentation, Stream> Write)
{
    /// <summary>The name of a photo's output: the whole name stays, so that a.jpg and a.png become different files.</summary>
    /// <param name="photo">The photo's name or path.</param>
    public string NameFor(string photo) => photo + Extension;

    /// <summary>Masks, byte for byte what <c>POST /segment</c> answers.</summary>
    /// <param name="palette">The model's.</param>
    public static OutputFormat Mask(Palette palette) => new(".png", (segmentation, file) => IndexedPng.Write(segmentation.Labels, palette, file));
}
