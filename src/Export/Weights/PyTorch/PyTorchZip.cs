using System.Text;

namespace FcnService.Export.Weights.PyTorch;

/// <summary>
/// Reads what torch.save has written since PyTorch 1.6: a zip archive with a folder of data.pkl, the pickle, and data/KEY, a storage each.
/// Source: torch/serialization.py in pytorch/pytorch.
/// </summary>
internal static class PyTorchZip
{
    /// <summary>The format, as <see cref="WeightFile"/> knows it.</summary>
    public static readonly WeightFormat Format = new("PyTorch (zip)", head => head is [(byte)'P', (byte)'K', 3, 4, ..], Index);

    private const string PickleName = "data.pkl";

    private static TensorTable Index(FileBytes file)
    {
        var entries = ZipDirectory.Read(file);
        var folder = FolderOf(entries.Keys);
        RefuseBigEndian(file, folder, entries);

        var (start, length) = entries[folder + PickleName];
        var root = new PickleMachine(
            new ByteReader(file, start, start + length), new PickleBudget(file.Length), PickleGlobals.StorageOf).Load();
        var table = new TensorTable(file.Length);
        new StateDict(table, key => entries.TryGetValue($"{folder}data/{key}", out var storage)
            ? storage
            : throw new InvalidDataException(
                $"it has no entry {$"{folder}data/{key}".Quoted()}, which its pickle refers to")).Collect(root);
        return table;
    }

    private static string FolderOf(IEnumerable<string> names)
    {
        var pickles = names.Where(name => name == PickleName || name.EndsWith($"/{PickleName}", StringComparison.Ordinal)).Take(2).ToList();
        return pickles is [var pickle]
            ? pickle[..^PickleName.Length]
            : throw new InvalidDataException(
                $"it has {pickles.Count} entries named {PickleName}; expected one: it is no file of torch.save");
    }

    private static void RefuseBigEndian(FileBytes file, string folder, Dictionary<string, (long Offset, long Length)> entries)
    {
        if (!entries.TryGetValue($"{folder}byteorder", out var entry))
        {
            return;
        }

        var order = new byte[Math.Min(entry.Length, "little".Length)];
        file.ReadAt(entry.Offset, order);
        if (!order.AsSpan().SequenceEqual("little"u8) || entry.Length != order.Length)
        {
            throw new InvalidDataException($"its byte order is {Encoding.Latin1.GetString(order).Quoted()}; expected \"little\"");
        }
    }
}
