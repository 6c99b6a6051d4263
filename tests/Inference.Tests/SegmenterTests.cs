using FcnService.Inference.Geometry;
using FcnService.Inference.Imaging;
using FcnService.Inference.Models;
using FcnService.Inference.Tests.Reference;
using Microsoft.ML.OnnxRuntime;

namespace FcnService.Inference.Tests;

public sealed class SegmenterTests : IDisposable
{
    private const int VoidLabel = 11;

    // Caffe's mean of ImageNet: blue, green, red.
    private static readonly float[] Mean = [104.00699f, 116.66877f, 122.67892f];
    private static readonly float[] Std = [1, 1, 1];

    private static readonly string ModelFile = Path.Combine(SharedData.Repository, "models", "fp32", "fcn8s-camvid.onnx");
    private static readonly ImageDecoder Decoder = new(new ImageLimits());

    private readonly Segmenter segmenter = new(ModelSession.Load(ModelFile, new SessionSettings()), Decoder);

    public void Dispose() => segmenter.Dispose();

    [Theory]
    [InlineData("0016E5_07959.png")]
    [InlineData("0016E5_07975.png")]
    [InlineData("0016E5_07991.png")]
    public void Segment_Photo_GivesTheMaskOfThePlainPipeline(string name)
    {
        var file = File.ReadAllBytes(SharedData.Require("camvid", "val", name));
        var (scores, classes, grid) = RunPlainly(file);

        using var segmentation = segmenter.Segment(file);

        var labels = segmentation.Labels;
        Assert.Equal(new ImageSize(480, 360), labels.Size);
        var differences = 0;
        for (var y = 0; y < labels.Size.Height; y++)
        {
            for (var x = 0; x < labels.Size.Width; x++)
            {
                var best = 0;
                for (var label = 1; label < classes; label++)
                {
                    best = Score(label) > Score(best) ? label : best;
                }

                // Where two classes come level, threads that add in another order may turn the scale.
                differences += Score(best) - Score(labels.Row(y)[x]) > 1e-4 ? 1 : 0;
                float Score(int label) => scores[(((label * grid.Height) + y) * grid.Width) + x];
            }
        }

        Assert.Equal(0, differences);
    }

    [Fact]
    public void Segment_CamVidValidation_ScoresAsTheIndependentImplementation()
    {
        var confusion = new long[VoidLabel, VoidLabel];
        foreach (var photo in Directory.GetFiles(SharedData.Require("camvid", "val"), "*.png"))
        {
            using var segmentation = segmenter.Segment(File.ReadAllBytes(photo));
            Count(confusion, GroundTruth(SharedData.Require("camvid", "valannot", Path.GetFileName(photo))), segmentation.Labels.Labels);
        }

        var (accuracy, meanIntersectionOverUnion) = Measure(confusion);

        // PyTorch's result on the same 26 images and weights.
        Assert.Equal(0.8982, accuracy, 0.0005);
        Assert.Equal(0.6213, meanIntersectionOverUnion, 0.001);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 500)]
    [InlineData(33, 31)]
    [InlineData(1025, 3)]
    [InlineData(16_384, 16)]
    [InlineData(16, 16_384)]
    public void Segment_PhotoOfAnySize_GivesAMaskOfExactlyThatSize(int width, int height)
    {
        var pixels = new byte[width * height * 3];
        new Random(width).NextBytes(pixels);

        using var segmentation = segmenter.Segment(PngFile.WriteRgb(width, height, pixels));

        Assert.Equal(new ImageSize(width, height), segmentation.Labels.Size);
        Assert.DoesNotContain(segmentation.Labels.Labels.ToArray(), label => label >= segmenter.Contract.Classes.Count);
    }

    [Fact]
    public void Segment_OnePhotoInEightOrientations_GivesOneMask()
    {
        using var photo = Decoder.Open(File.ReadAllBytes(SharedData.Require("camvid", "val", "0016E5_07967.png")));
        using var upright = photo.Decode(photo.Size);
        var masks = Enumerable.Range(1, 8).Select(orientation =>
        {
            using var segmentation = segmenter.Segment(OrientedPng.Write(photo.Size.Width, photo.Size.Height, upright.Pixels, orientation));
            Assert.Equal(photo.Size, segmentation.Labels.Size);
            return segmentation.Labels.Labels.ToArray();
        }).ToList();

        Assert.True(masks[0].Distinct().Count() > 3, "The photo has several classes.");
        Assert.All(masks, mask => Assert.Equal(masks[0], mask));
    }

    // The eight were compressed one by one, so that their pixels differ a little.
    [Fact]
    public void Segment_EightCamerasOrientations_GivesNearlyOneMask()
    {
        var masks = Enumerable.Range(1, 8).Select(orientation =>
        {
            var photo = File.ReadAllBytes(SharedData.Require("images", "exif", $"Landscape_{orientation}.jpg"));
            using var segmentation = segmenter.Segment(photo);
            Assert.Equal(new ImageSize(1800, 1200), segmentation.Labels.Size);
            return segmentation.Labels.Labels.ToArray();
        }).ToList();

        foreach (var mask in masks)
        {
            var equal = mask.Zip(masks[0], (label, first) => label == first).Count(same => same);
            Assert.True(equal >= 0.95 * mask.Length, $"{equal} of {mask.Length} labels are those of the upright photo");
        }
    }

    [Fact]
    public void ReadInput_Photo_IsNormalizedAndPadded()
    {
        byte[] pixels = [.. Enumerable.Range(0, 40 * 30).SelectMany(_ => new byte[] { 10, 20, 30 })];

        using var input = segmenter.ReadInput(PngFile.WriteRgb(40, 30, pixels));

        Assert.Equal(new ImageSize(64, 32), input.Size);
        for (var channel = 0; channel < 3; channel++)
        {
            var plane = input.Values.Span.Slice(channel * 64 * 32, 64 * 32);
            Assert.Equal(30 - (10 * channel) - Mean[channel], plane[(29 * 64) + 39], 1e-5f);
            Assert.Equal((0, 0), (plane[40], plane[30 * 64]));
        }
    }

    [Fact]
    public void Segment_InParallel_GivesTheSameMasks()
    {
        byte[][] photos = [Drawn(64, 48), Drawn(33, 97), Drawn(128, 20)];
        var expected = photos.Select(LabelsOf).ToArray();

        Parallel.For(0, 60, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
            Assert.Equal(expected[i % photos.Length], LabelsOf(photos[i % photos.Length])));
    }

    [Fact]
    public void Segment_BrokenPhoto_IsRejectedAndTheNextIsServed()
    {
        var whole = Drawn(64, 48);

        Assert.Throws<ImageRejectedException>(() => segmenter.Segment(whole.AsMemory(0, whole.Length / 2)));
        Assert.Throws<ImageRejectedException>(() => segmenter.Segment("no photo"u8.ToArray()));

        Assert.Equal(64 * 48, LabelsOf(whole).Length);
    }

    [Fact]
    public void WarmUp_AnySize_Runs() => segmenter.WarmUp(new ImageSize(50, 40));

    [Fact]
    public void Segment_ByDeepLab_ScoresAsTheIndependentImplementation()
    {
        using var folder = new TemporaryFolder();
        var model = folder.Copy(SharedData.Require("models", "deeplabv3-mobilenet-voc21.onnx"), "deeplab.onnx");
        folder.Write("deeplab.model.json", """
            {
              "input": { "channels": "RGB", "mean": [127.5, 127.5, 127.5], "std": [127.5, 127.5, 127.5] },
              "fit": "stretch", "classes": "voc", "license": "Apache-2.0"
            }
            """);
        using var deeplab = new Segmenter(ModelSession.Load(model, new SessionSettings()), Decoder);
        var confusion = new long[21, 21];
        foreach (var name in File.ReadAllLines(SharedData.Require("voc", "val.txt")).Where(line => line.Length > 0))
        {
            using var segmentation = deeplab.Segment(File.ReadAllBytes(SharedData.Require("voc", "JPEGImages", $"{name}.jpg")));
            var (_, _, truth, _) = PngFile.ReadIndexed(File.ReadAllBytes(SharedData.Require("voc", "SegmentationClass", $"{name}.png")));
            Count(confusion, truth, segmentation.Labels.Labels);
        }

        var (accuracy, meanIntersectionOverUnion) = Measure(confusion);

        // Pillow, NumPy and ONNX Runtime on the same 100 photos.
        Assert.Equal(0.8955, accuracy, 0.005);
        Assert.Equal(0.5339, meanIntersectionOverUnion, 0.01);
    }

    [Fact]
    public void Segment_ByTwoPortraitNetworks_FindsThePersons()
    {
        using var folder = new TemporaryFolder();
        folder.Copy(SharedData.Require("models", "portrait-deeplab.onnx"), "deeplab.onnx");
        folder.Write("deeplab.model.json", """
            {
              "input": { "mean": [127.5, 127.5, 127.5], "std": [127.5, 127.5, 127.5] },
              "output": { "layout": "NCHW" },
              "classes": ["background", "person"]
            }
            """);
        folder.Copy(SharedData.Require("models", "portrait-sinet.onnx"), "sinet.onnx");
        // (v − mean) / std / 255 of the authors is (v − mean) / (255 · std).
        folder.Write("sinet.model.json", """
            {
              "input": {
                "channels": "BGR",
                "mean": [102.890434, 111.25247, 126.91212],
                "std": [16047.8946, 16019.8191, 16920.865775]
              },
              "output": { "kind": "probabilities" },
              "classes": ["background", "person"]
            }
            """);
        using var models = ModelCatalog.Load(folder.Path, new SessionSettings(), Decoder);
        foreach (var network in models.Segmenters)
        {
            var confusion = new long[2, 2];
            // Large single persons, label 15 of VOC.
            foreach (var name in new[] { "2008_003874", "2008_003492", "2011_000054" })
            {
                using var segmentation = network.Segment(File.ReadAllBytes(SharedData.Require("voc", "JPEGImages", $"{name}.jpg")));
                var (_, _, truth, _) = PngFile.ReadIndexed(File.ReadAllBytes(SharedData.Require("voc", "SegmentationClass", $"{name}.png")));
                byte[] persons = [.. truth.Select(label => label switch { 15 => (byte)1, 255 => label, _ => (byte)0 })];
                Count(confusion, persons, segmentation.Labels.Labels);
            }

            var meanIntersectionOverUnion = Measure(confusion).MeanIntersectionOverUnion;
            Assert.True(meanIntersectionOverUnion > 0.8, $"{network.Name}: {meanIntersectionOverUnion:0.000}");
        }
    }

    private byte[] LabelsOf(byte[] photo)
    {
        using var segmentation = segmenter.Segment(photo);
        return segmentation.Labels.Labels.ToArray();
    }

    private static byte[] Drawn(int width, int height)
    {
        var pixels = new byte[width * height * 3];
        new Random(height).NextBytes(pixels);
        return PngFile.WriteRgb(width, height, pixels);
    }

    // ONNX Runtime on the photo at its own size, zeros to its right and below up to a multiple of 32.
    private static (float[] Scores, int Classes, ImageSize Grid) RunPlainly(byte[] file)
    {
        using var photo = Decoder.Open(file);
        using var image = photo.Decode(photo.Size);
        var input = new ImageSize((photo.Size.Width + 31) / 32 * 32, (photo.Size.Height + 31) / 32 * 32);
        var padding = new Padding(0, 0, input.Width - photo.Size.Width, input.Height - photo.Size.Height);
        var frame = new NetworkFrame(photo.Size, photo.Size, padding);
        var values = PlainNormalizer.Write(image, frame, ChannelOrder.Bgr, TensorLayout.Nchw, Mean, Std);

        using var session = new InferenceSession(ModelFile);
        using var tensor = OrtValue.CreateTensorValueFromMemory(values, [1, 3, input.Height, input.Width]);
        using var options = new RunOptions();
        using var outputs = session.Run(options, [session.InputNames[0]], [tensor], [session.OutputNames[0]]);
        var shape = outputs[0].GetTensorTypeAndShape().Shape;
        return (outputs[0].GetTensorDataAsSpan<float>().ToArray(), (int)shape[1], new ImageSize((int)shape[3], (int)shape[2]));
    }

    // Eight-bit grey, whose values are the labels.
    private static byte[] GroundTruth(string path)
    {
        using var file = Decoder.Open(File.ReadAllBytes(path));
        using var image = file.Decode(file.Size);
        var pixels = image.Pixels;
        var labels = new byte[pixels.Length / 3];
        for (var i = 0; i < labels.Length; i++)
        {
            labels[i] = pixels[i * 3];
        }

        return labels;
    }

    private static void Count(long[,] confusion, ReadOnlySpan<byte> truth, ReadOnlySpan<byte> labels)
    {
        Assert.Equal(truth.Length, labels.Length);
        for (var i = 0; i < truth.Length; i++)
        {
            // Void is above all classes.
            if (truth[i] < confusion.GetLength(0))
            {
                confusion[truth[i], labels[i]]++;
            }
        }
    }

    private static (double PixelAccuracy, double MeanIntersectionOverUnion) Measure(long[,] confusion)
    {
        var classes = Enumerable.Range(0, confusion.GetLength(0)).ToList();
        var right = classes.Sum(c => confusion[c, c]);
        var all = confusion.Cast<long>().Sum();
        var mean = classes.Average(c =>
            (double)confusion[c, c] / (classes.Sum(other => confusion[c, other]) + classes.Sum(other => confusion[other, c]) - confusion[c, c]));
        return ((double)right / all, mean);
    }
}
