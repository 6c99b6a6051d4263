using System.Numerics;

namespace FcnService.Export.Weights.PyTorch;

/// <summary>
/// Reads what torch.save wrote from PyTorch 0.1.10 to 1.5, and still does on request: four pickles (a magic number, the protocol's
/// version, the machine, the object), a pickle of the storages' keys, and the storages in that order, each its length and its values.
/// Source: _legacy_save and _legacy_load of torch/serialization.py in pytorch/pytorch.
/// </summary>
internal static class PyTorchLegacy
{
    /// <summary>The format, as <see cref="WeightFile"/> knows it.</summary>
    public static readonly WeightFormat Format = new("PyTorch (legacy)", BeginsWithMagicNumber, Index);

    private const long ProtocolVersion = 1001;

    private static readonly BigInteger MagicNumber = BigInteger.Parse("119547037146038801333356");

    /// <summary>The number as an opcode and its bytes; before it come the pickle's protocol and perhaps a frame.</summary>
    private static bool BeginsWithMagicNumber(ReadOnlySpan<byte> head)
    {
        const int Longest = 32;
        ReadOnlySpan<byte> bytes = [0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19];
        var start = head[..Math.Min(Longest, head.Length)];
        return start is [0x80, <= 5, ..] && start.IndexOf(bytes) >= 0 || start.StartsWith("L119547037146038801333356L\n"u8);
    }

    private static TensorTable Index(FileBytes file)
    {
        var reader = new ByteReader(file, 0, file.Length);
        var budget = new PickleBudget(file.Length);
        ExpectHeader(reader, budget);

        var types = new Dictionary<string, ElementType>(StringComparer.Ordinal);
        var root = new PickleMachine(reader, budget, reference => Refer(reference, types)).Load();
        var storages = FindStorages(reader, budget, types);
        if (reader.Remaining > 0)
        {
            throw new InvalidDataException($"its storages end at byte {reader.Position}; expected its end, byte {reader.End}");
        }

        var table = new TensorTable(file.Length);
        new StateDict(table, key => storages.TryGetValue(key, out var storage)
            ? storage
            : throw new InvalidDataException($"it has no storage {key.Quoted()}, which its pickle refers to")).Collect(root);
        return table;
    }

    private static void ExpectHeader(ByteReader reader, PickleBudget budget)
    {
        var magicNumber = Load(reader, budget);
        if (magicNumber is not BigInteger number || number != MagicNumber)
        {
            throw new InvalidDataException("its magic number is another than PyTorch's");
        }

        var version = Load(reader, budget);
        if (version is not ProtocolVersion)
        {
            throw new InvalidDataException(
                $"its version is {PickleGlobals.KeyOf(version)?.Harmless() ?? "none"}; expected {ProtocolVersion}");
        }

        if (Load(reader, budget) is PickleDictionary machine
            && machine.Any(property => property is { Key: "little_endian", Value: false }))
        {
            throw new InvalidDataException("it comes from a big-endian machine; expected little-endian values");
        }
    }

    private static PickledStorage Refer(object? reference, Dictionary<string, ElementType> types)
    {
        var storage = PickleGlobals.StorageOf(reference);
        return types.TryAdd(storage.Key, storage.Type) || types[storage.Key] == storage.Type
            ? storage
            : throw new InvalidDataException($"its pickle refers to storage {storage.Key.Quoted()} by two types; expected one");
    }

    private static Dictionary<string, (long Offset, long Length)> FindStorages(
        ByteReader reader, PickleBudget budget, Dictionary<string, ElementType> types)
    {
        if (Load(reader, budget) is not PickleList keys)
        {
            throw new InvalidDataException($"it has no list of storages before byte {reader.Position}; expected one");
        }

        var storages = new Dictionary<string, (long Offset, long Length)>(StringComparer.Ordinal);
        foreach (var item in keys)
        {
            if (PickleGlobals.KeyOf(item) is not { } key || !types.TryGetValue(key, out var type))
            {
                throw new InvalidDataException("it lists a storage that its pickle does not refer to");
            }

            storages[key] = StorageReader.Skip(reader, key, type);
        }

        return storages;
    }

    private static object? Load(ByteReader reader, PickleBudget budget) =>
        new PickleMachine(reader, budget, _ => throw new InvalidDataException("a pickle of its header refers to a storage")).Load();
}
