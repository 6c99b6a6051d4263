using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace FcnService.Fuzz;

/// <summary>Small sound files of every format. All hold "a.weight" of [2, 3], 1 to 6, and "a.bias" of [2], 0.5 and -0.5.</summary>
internal static class Samples
{
    public static readonly float[] Weight = [1, 2, 3, 4, 5, 6];
    public static readonly float[] Bias = [0.5f, -0.5f];

    private static readonly long[] WeightShape = [2, 3];
    private static readonly long[] BiasShape = [2];

    /// <summary>All of them by format, each with the files of that format.</summary>
    public static IReadOnlyDictionary<string, byte[][]> ByFormat { get; } = new Dictionary<string, byte[][]>
    {
        ["Caffe"] = [CaffeV2(), CaffeV1(), CaffeDoubles(), CaffeRaw()],
        ["PyTorch (zip)"] = [PyTorchZip(), PyTorchCheckpoint()],
        ["PyTorch (legacy)"] = [PyTorchLegacy()],
        ["PyTorch (tar)"] = [PyTorchTar()],
        ["safetensors"] = [Safetensors()],
        ["TorchSharp"] = [TorchSharp()],
        ["ONNX"] = [Onnx()],
    };

    public static byte[] CaffeV2() =>
    [
        .. Protobuf.Text(1, "net"),
        .. Protobuf.Message(
            100,
            Protobuf.Text(1, "a"),
            Protobuf.Text(2, "Convolution"),
            Protobuf.Message(7, Protobuf.Message(5, Pickle.Bytes(Weight)), Protobuf.Message(7, Protobuf.Message(1, [2, 3]))),
            Protobuf.Message(7, Protobuf.Message(7, Protobuf.Number(1, 2)), Protobuf.Floats(5, Bias))),
    ];

    public static byte[] CaffeV1() =>
    [
        .. Protobuf.Text(1, "net"),
        .. Protobuf.Message(
            2,
            Protobuf.Text(4, "a"),
            Protobuf.Number(5, 4),
            Protobuf.Message(6, LegacyShape(1, 1, 2, 3), Protobuf.Floats(5, Weight), Protobuf.Message(6, Pickle.Bytes(Weight))),
            Protobuf.Message(6, LegacyShape(1, 1, 1, 2), Protobuf.Message(5, Pickle.Bytes(Bias)))),
    ];

    public static byte[] CaffeDoubles()
    {
        var (weight, bias) = (Weight.Select(value => (double)value), Bias.Select(value => (double)value));
        return Protobuf.Message(
            100,
            Protobuf.Text(1, "a"),
            Protobuf.Message(7, Protobuf.Message(7, Protobuf.Message(1, [2, 3])), Protobuf.Doubles(8, [.. weight])),
            Protobuf.Message(
                7, Protobuf.Message(7, Protobuf.Message(1, [2])), Protobuf.Message(8, [.. bias.SelectMany(BitConverter.GetBytes)])));
    }

    /// <summary>As NVCaffe writes it: type 2 is binary16, type 1 binary32.</summary>
    public static byte[] CaffeRaw() => Protobuf.Message(
        100,
        Protobuf.Text(1, "a"),
        Protobuf.Message(
            7,
            Protobuf.Message(7, Protobuf.Message(1, [2, 3])),
            Protobuf.Number(10, 2),
            Protobuf.Message(12, [.. Weight.SelectMany(value => BitConverter.GetBytes((Half)value))])),
        Protobuf.Message(
            7, Protobuf.Message(7, Protobuf.Message(1, [2])), Protobuf.Number(10, 1), Protobuf.Message(12, Pickle.Bytes(Bias))));

    public static byte[] PyTorchZip() => Zip(Pickle.Dump(StateDict()), ("data/0", Pickle.Bytes(Weight)), ("data/1", Pickle.Bytes(Bias)));

    /// <summary>A nested state_dict of bfloat16, transposed, and float64.</summary>
    public static byte[] PyTorchCheckpoint() => Zip(
        Pickle.Dump(Pickle.Dictionary(
            ("epoch", Pickle.Number(7)),
            ("model", Pickle.Dictionary(
                ("a.weight", Pickle.Tensor("BFloat16", "w", 6, WeightShape, strides: [1, 2])),
                ("a.bias", Pickle.Tensor("Double", "b", 3, BiasShape, offset: 1)))))),
        ("data/w", [.. new float[] { 1, 4, 2, 5, 3, 6 }.SelectMany(value => BitConverter.GetBytes(value)[2..])]),
        ("data/b", [.. new[] { 9, 0.5, -0.5 }.SelectMany(BitConverter.GetBytes)]));

    public static byte[] PyTorchLegacy() => Legacy(Pickle.Dump(StateDict()), ("0", Weight), ("1", Bias));

    /// <summary>As PyTorch before 0.1.10 wrote it: both tensors are over one storage, the second through a view.</summary>
    public static byte[] PyTorchTar()
    {
        var file = new MemoryStream();
        using (var tar = new TarWriter(file, TarEntryFormat.Ustar, leaveOpen: true))
        {
            Add(tar, "storages",
            [
                .. Pickle.Dump(Pickle.Number(1)),
                .. Pickle.Dump(Pickle.Tuple(Pickle.Number(11), Pickle.Text("cpu"), Pickle.Global("torch", "FloatStorage"))),
                .. Pickle.Bytes(8L),
                .. Pickle.Bytes([.. Weight, .. Bias]),
                .. Pickle.Dump(Pickle.List(Pickle.Tuple(Pickle.Number(12), Pickle.Number(11), Pickle.Number(6), Pickle.Number(2)))),
            ]);
            Add(tar, "tensors",
            [
                .. Pickle.Dump(Pickle.Number(2)),
                .. TarTensor(21, 11, WeightShape),
                .. TarTensor(22, 12, BiasShape),
            ]);
            Add(tar, "pickle", Pickle.Dump(Pickle.Dictionary(
                ("a.weight", Pickle.Reference(Pickle.Text("21"))), ("a.bias", Pickle.Reference(Pickle.Text("22"))))));
        }

        return file.ToArray();
    }

    public static byte[] Safetensors() => Safetensors(
        """
        {"__metadata__":{"made":"here"},"a.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},
        "a.bias":{"dtype":"F16","shape":[2],"data_offsets":[24,28]}}
        """,
        [.. Pickle.Bytes(Weight), .. Bias.SelectMany(value => BitConverter.GetBytes((Half)value))]);

    public static byte[] Safetensors(string header, byte[] data)
    {
        var json = Encoding.UTF8.GetBytes(header);
        return [.. Pickle.Bytes((long)json.Length), .. json, .. data];
    }

    public static byte[] TorchSharp() =>
        [2, .. TorchSharpTensor("a.weight", [2, 3], Pickle.Bytes(Weight)), .. TorchSharpTensor("a.bias", [2], Pickle.Bytes(Bias))];

    public static byte[] Onnx()
    {
        var imageShape = Protobuf.Message(2, Protobuf.Message(1, Protobuf.Text(2, "n")), Protobuf.Message(1, Protobuf.Number(1, 3)));
        byte[] weight =
            [.. Protobuf.Message(1, [2, 3]), .. Protobuf.Number(2, 1), .. Protobuf.Text(8, "a.weight"), .. Protobuf.Message(9, Pickle.Bytes(Weight))];
        byte[] bias =
            [.. Protobuf.Number(1, 2), .. Protobuf.Number(2, 1), .. Protobuf.Message(4, Pickle.Bytes(Bias)), .. Protobuf.Text(8, "a.bias")];
        return
        [
            .. Protobuf.Number(1, 8),
            .. Protobuf.Text(2, "here"),
            .. Protobuf.Message(
                7,
                Protobuf.Message(1, Protobuf.Text(4, "Identity")),
                Protobuf.Message(5, weight),
                Protobuf.Message(5, bias),
                Protobuf.Message(
                    11, Protobuf.Text(1, "image"), Protobuf.Message(2, Protobuf.Message(1, Protobuf.Number(1, 1), imageShape)))),
            .. Protobuf.Message(8, Protobuf.Number(2, 17)),
            .. Protobuf.Message(14, Protobuf.Text(1, "key"), Protobuf.Text(2, "value")),
        ];
    }

    /// <summary>An archive as torch.save writes it, around any pickle and storages.</summary>
    public static byte[] Zip(byte[] pickle, params (string Name, byte[] Bytes)[] entries) =>
        ZipArchive([("archive/data.pkl", pickle), .. entries.Select(entry => ($"archive/{entry.Name}", entry.Bytes))]);

    public static byte[] ZipArchive((string Name, byte[] Bytes)[] entries, CompressionLevel level = CompressionLevel.NoCompression)
    {
        var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in entries)
            {
                using var entry = archive.CreateEntry(name, level).Open();
                entry.Write(bytes);
            }
        }

        return file.ToArray();
    }

    /// <summary>A file of the format between tar and zip, around any pickle and storages.</summary>
    public static byte[] Legacy(byte[] pickle, params (string Key, float[] Values)[] storages) =>
    [
        0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, (byte)'.',
        .. Pickle.Dump(Pickle.Number(1001)),
        .. Pickle.Dump(Pickle.Dictionary(("protocol_version", Pickle.Number(1001)), ("little_endian", [0x88]))),
        .. pickle,
        .. Pickle.Dump(Pickle.List([.. storages.Select(storage => Pickle.Text(storage.Key))])),
        .. storages.SelectMany(storage => (byte[])[.. Pickle.Bytes((long)storage.Values.Length), .. Pickle.Bytes(storage.Values)]),
    ];

    public static byte[] Tar(params (string Name, byte[] Bytes)[] members)
    {
        var file = new MemoryStream();
        using (var tar = new TarWriter(file, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var (name, bytes) in members)
            {
                Add(tar, name, bytes);
            }
        }

        return file.ToArray();
    }

    private static byte[] StateDict() => Pickle.Dictionary(
        ("a.weight", Pickle.Tensor("Float", "0", 6, WeightShape)), ("a.bias", Pickle.Tensor("Float", "1", 2, BiasShape)));

    private static byte[] LegacyShape(int num, int channels, int height, int width) =>
        [.. Protobuf.Number(1, num), .. Protobuf.Number(2, channels), .. Protobuf.Number(3, height), .. Protobuf.Number(4, width)];

    private static byte[] TarTensor(int id, int storage, long[] shape) =>
    [
        .. Pickle.Dump(Pickle.Tuple(Pickle.Number(id), Pickle.Number(storage), Pickle.Global("torch", "FloatTensor"))),
        .. Pickle.Bytes((long)shape.Length),
        .. shape.SelectMany(Pickle.Bytes),
        .. Pickle.RowMajor(shape).SelectMany(Pickle.Bytes),
        .. Pickle.Bytes(0L),
    ];

    private static byte[] TorchSharpTensor(string name, byte[] shape, byte[] values) =>
        [(byte)name.Length, .. Encoding.UTF8.GetBytes(name), 6, (byte)shape.Length, .. shape, .. values];

    private static void Add(TarWriter tar, string name, byte[] bytes) =>
        tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(bytes) });
}
