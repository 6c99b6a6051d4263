namespace FcnService.Export.Weights.PyTorch;

// What a pickle of weights is made of, besides null, bool, long, BigInteger, double and string.

/// <summary>A list or a set.</summary>
internal sealed class PickleList : List<object?>;

/// <summary>A dictionary; its entries stay in their order, and a key that comes again stays twice.</summary>
internal sealed class PickleDictionary : List<KeyValuePair<object?, object?>>;

/// <summary>A tuple.</summary>
internal sealed record PickleTuple(object?[] Items);

/// <summary>Bytes, which weights are never made of: skipped.</summary>
internal sealed class PickleBytes
{
    public static readonly PickleBytes Instance = new();
}

/// <summary>Something that a pickle names and that is on the list of what it may name.</summary>
/// <param name="Name">The module's and its own name, with a point between.</param>
internal abstract record PickleGlobal(string Name);

/// <summary>A class or value that is only named, never called.</summary>
internal sealed record PickleName(string Name) : PickleGlobal(Name);

/// <summary>The class of a storage, or of the tensors over it.</summary>
internal sealed record PickleElementClass(string Name, ElementType Type) : PickleGlobal(Name);

/// <summary>A function, or a class that is called; what it does is written here, not in the file.</summary>
internal sealed record PickleFunction(string Name, Func<object?[], PickleBudget, object?> Call) : PickleGlobal(Name);

/// <summary>Values that tensors are views of, somewhere in the file.</summary>
/// <param name="Type">Their type.</param>
/// <param name="Key">By which the file tells where.</param>
/// <param name="Offset">Where the values begin among those of that key, in values.</param>
/// <param name="Count">How many they are.</param>
internal sealed record PickledStorage(ElementType Type, string Key, long Offset, long Count);

/// <summary>A tensor: a view of a storage, or of none if it is empty.</summary>
/// <param name="Storage">The storage.</param>
/// <param name="Offset">The first value's place in it, in values.</param>
/// <param name="Dimensions">The lengths of the axes.</param>
/// <param name="Strides">The values from one index of an axis to the next, an axis each.</param>
internal sealed record PickledTensor(PickledStorage Storage, long Offset, long[] Dimensions, long[] Strides);
