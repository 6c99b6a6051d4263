using System.Globalization;

namespace FcnService.Export.Weights.PyTorch;

/// <summary>
/// All that a pickle may name. Nothing here runs anything of the file's: a function takes values and gives a value. Source: what
/// torch.save writes for tensors (torch/_utils.py and torch/serialization.py in pytorch/pytorch).
/// </summary>
internal static class PickleGlobals
{
    private static readonly Dictionary<string, PickleGlobal> Allowed =
        Create().ToDictionary(allowed => allowed.Name, StringComparer.Ordinal);

    /// <summary>Finds what a pickle names.</summary>
    /// <param name="name">The module's and its own name, with a point between.</param>
    /// <exception cref="InvalidDataException">It is not on the list.</exception>
    public static PickleGlobal Find(string name) => Allowed.TryGetValue(name, out var allowed)
        ? allowed
        : throw new InvalidDataException(
            $"its pickle asks for {name.Quoted()}, which weights do not need, and nothing of it was run; expected a state_dict, " +
            "saved by torch.save(model.state_dict(), …)");

    /// <summary>Reads the tuple by which a pickle refers to a storage: "storage", its class, key, device, count, perhaps a view.</summary>
    /// <exception cref="InvalidDataException">It is no such tuple.</exception>
    public static PickledStorage StorageOf(object? reference)
    {
        if (reference is not PickleTuple { Items: ["storage", PickleElementClass { Type: var type }, var key, _, long count, .. var rest] }
            || KeyOf(key) is not { } keyText || rest.Length > 1)
        {
            throw new InvalidDataException(
                "its pickle refers to a storage otherwise than by \"storage\", a class, a key, a device and a number of values");
        }

        return rest switch
        {
            [] or [null] => new PickledStorage(type, keyText, 0, count),
            [PickleTuple { Items: [_, long offset, long viewCount] }] => new PickledStorage(type, keyText, offset, viewCount),
            _ => throw new InvalidDataException(
                "its pickle has a view of a storage otherwise than by a key, an offset and a number of values"),
        };
    }

    /// <summary>The text of a storage's key, which is a number in old files; null if it is neither.</summary>
    public static string? KeyOf(object? key) => key switch
    {
        string text => text,
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => null,
    };

    private static IEnumerable<PickleGlobal> Create()
    {
        yield return new PickleFunction("collections.OrderedDict", CreateDictionary);
        yield return new PickleFunction("torch._utils._rebuild_tensor", RebuildTensor);
        yield return new PickleFunction("torch._utils._rebuild_tensor_v2", RebuildTensor);
        yield return new PickleFunction("torch._utils._rebuild_parameter", RebuildParameter);
        yield return new PickleFunction("torch.Size", (arguments, _) => arguments is [var size] ? size : throw Misused("torch.Size"));
        yield return new PickleFunction("torch.device", (arguments, _) => arguments.FirstOrDefault());
        foreach (var (name, type) in new[]
        {
            ("Double", ElementType.F64), ("Float", ElementType.F32), ("Half", ElementType.F16), ("BFloat16", ElementType.BF16),
            ("Long", ElementType.I64), ("Int", ElementType.I32), ("Short", ElementType.I16), ("Char", ElementType.I8),
            ("Byte", ElementType.U8), ("Bool", ElementType.BOOL),
        })
        {
            yield return new PickleElementClass($"torch.{name}Storage", type);
            yield return new PickleElementClass($"torch.{name}Tensor", type);
        }

        foreach (var name in new[] { "float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool" })
        {
            yield return new PickleName($"torch.{name}");
        }
    }

    private static PickleDictionary CreateDictionary(object?[] arguments, PickleBudget budget)
    {
        var dictionary = new PickleDictionary();
        switch (arguments)
        {
            case []:
                break;
            case [PickleDictionary entries]:
                budget.Spend(entries.Count * 2L * PickleBudget.Item);
                dictionary.AddRange(entries);
                break;
            case [PickleList pairs]:
                budget.Spend(pairs.Count * 2L * PickleBudget.Item);
                dictionary.AddRange(pairs.Select(Pair));
                break;
            default:
                throw Misused("collections.OrderedDict");
        }

        return dictionary;
    }

    private static KeyValuePair<object?, object?> Pair(object? pair) => pair switch
    {
        PickleTuple { Items: [var key, var value] } => new(key, value),
        PickleList and [var key, var value] => new(key, value),
        _ => throw Misused("collections.OrderedDict"),
    };

    private static PickledTensor RebuildTensor(object?[] arguments, PickleBudget budget)
    {
        if (arguments is not [var storage, long offset, PickleTuple size, PickleTuple stride, ..])
        {
            throw Misused("torch._utils._rebuild_tensor_v2");
        }

        budget.Spend(PickleBudget.Container + (size.Items.Length + stride.Items.Length) * (long)sizeof(long));
        // Some writers of the tar form put the reference itself where PyTorch puts what it refers to.
        return new PickledTensor(storage as PickledStorage ?? StorageOf(storage), offset, Numbers(size), Numbers(stride));
    }

    private static long[] Numbers(PickleTuple tuple) =>
        [.. tuple.Items.Select(item => item is long number ? number : throw Misused("torch._utils._rebuild_tensor_v2"))];

    private static PickledTensor RebuildParameter(object?[] arguments, PickleBudget budget) =>
        arguments is [PickledTensor data, ..] ? data : throw Misused("torch._utils._rebuild_parameter");

    private static InvalidDataException Misused(string name) => new($"its pickle calls {name} with other arguments than PyTorch does");
}
