namespace FcnService.Export.Weights.PyTorch;

/// <summary>
/// Reads what torch.save wrote before PyTorch 0.1.10: a tar archive of storages, tensors over them, and a pickle that refers to both by
/// number. Source: legacy_load of torch/serialization.py in pytorch/pytorch.
/// </summary>
internal sealed class PyTorchTar
{
    /// <summary>The format, as <see cref="WeightFile"/> knows it.</summary>
    public static readonly WeightFormat Format = new("PyTorch (tar)", TarDirectory.Begins, file => new PyTorchTar(file).Index());

    private const int MostAxes = 64;

    private readonly FileBytes file;
    private readonly PickleBudget budget;
    private readonly Dictionary<string, (long Offset, long Length)> members;
    private readonly Dictionary<string, (long Offset, long Length)> places = new(StringComparer.Ordinal);

    /// <summary>The storages and tensors by number.</summary>
    private readonly Dictionary<string, object> objects = new(StringComparer.Ordinal);

    private PyTorchTar(FileBytes file)
    {
        this.file = file;
        budget = new PickleBudget(file.Length);
        members = TarDirectory.Read(file);
    }

    private TensorTable Index()
    {
        ReadStorages(Member("storages"));
        if (members.ContainsKey("tensors"))
        {
            ReadTensors(Member("tensors"));
        }

        var root = new PickleMachine(Member("pickle"), budget, Refer).Load();
        var table = new TensorTable(file.Length);
        new StateDict(table, key => places.TryGetValue(key, out var place)
            ? place
            : throw new InvalidDataException($"it has no storage {key.Quoted()}, which its pickle refers to")).Collect(root);
        return table;
    }

    private ByteReader Member(string name) => members.TryGetValue(name, out var member)
        ? new ByteReader(file, member.Offset, member.Offset + member.Length)
        : throw new InvalidDataException($"it has no entry \"{name}\"; expected one, as by torch.save before 0.1.10");

    private void ReadStorages(ByteReader reader)
    {
        var count = LoadCount(reader);
        for (var i = 0L; i < count; i++)
        {
            if (Load(reader) is not PickleTuple { Items: [var id, _, PickleElementClass { Type: var type }] }
                || PickleGlobals.KeyOf(id) is not { } key)
            {
                throw new InvalidDataException($"storage {i} is described otherwise than by a number, a device and a class");
            }

            var place = StorageReader.Skip(reader, key, type);
            AddOnce(key, new PickledStorage(type, key, 0, place.Length / type.Size()));
            places.Add(key, place);
        }

        // Others than PyTorch leave this list out.
        if (reader.Remaining > 0)
        {
            ReadViews(Load(reader));
        }
    }

    private void ReadViews(object? views)
    {
        if (views is not PickleList list)
        {
            throw new InvalidDataException("after its storages comes something else than a list of views");
        }

        foreach (var view in list)
        {
            if (view is not PickleTuple { Items: [var id, var rootId, long offset, long count] }
                || PickleGlobals.KeyOf(id) is not { } key || PickleGlobals.KeyOf(rootId) is not { } rootKey
                || objects.GetValueOrDefault(rootKey) is not PickledStorage root)
            {
                throw new InvalidDataException("a view of its storages is described otherwise than by two numbers, an offset and a length");
            }

            AddOnce(key, new PickledStorage(root.Type, root.Key, offset, count));
        }
    }

    private void ReadTensors(ByteReader reader)
    {
        var count = LoadCount(reader);
        for (var i = 0L; i < count; i++)
        {
            if (Load(reader) is not PickleTuple { Items: [var id, var storageId, PickleElementClass type] }
                || PickleGlobals.KeyOf(id) is not { } key)
            {
                throw new InvalidDataException($"tensor {i} is described otherwise than by its number, its storage's and a class");
            }

            AddOnce(key, ReadTensor(reader, storageId, type.Type));
        }
    }

    private PickledTensor ReadTensor(ByteReader reader, object? storageId, ElementType type)
    {
        var axes = reader.ReadInt64();
        if (axes is < 0 or > MostAxes)
        {
            throw new InvalidDataException($"the tensor before byte {reader.Position} has {axes} axes; expected at most {MostAxes}");
        }

        var dimensions = ReadNumbers(reader, axes);
        var strides = ReadNumbers(reader, axes);
        var offset = reader.ReadInt64();
        var storage = storageId is null
            ? new PickledStorage(type, string.Empty, 0, 0)
            : objects.GetValueOrDefault(PickleGlobals.KeyOf(storageId) ?? string.Empty) as PickledStorage;
        return storage is not null
            ? new PickledTensor(storage, offset, dimensions, strides)
            : throw new InvalidDataException($"the tensor before byte {reader.Position} is over a storage that is not there");
    }

    private long[] ReadNumbers(ByteReader reader, long count)
    {
        budget.Spend(PickleBudget.Container + count * sizeof(long));
        var numbers = new long[count];
        foreach (ref var number in numbers.AsSpan())
        {
            number = reader.ReadInt64();
        }

        return numbers;
    }

    private long LoadCount(ByteReader reader) => Load(reader) is long and >= 0 and var count
        ? count
        : throw new InvalidDataException($"it has no number of entries before byte {reader.Position}; expected one");

    private void AddOnce(string key, object value)
    {
        budget.Spend(4 * PickleBudget.Container);
        if (!objects.TryAdd(key, value))
        {
            throw new InvalidDataException($"it has number {key.Quoted()} twice; expected it once");
        }
    }

    private object Refer(object? reference) => PickleGlobals.KeyOf(reference) is { } key && objects.TryGetValue(key, out var value)
        ? value
        : reference is PickleTuple
            ? PickleGlobals.StorageOf(reference)
            : throw new InvalidDataException("its pickle refers to a tensor that is not there");

    private object? Load(ByteReader reader) =>
        new PickleMachine(reader, budget, _ => throw new InvalidDataException("a pickle of its tensors refers to another")).Load();
}
