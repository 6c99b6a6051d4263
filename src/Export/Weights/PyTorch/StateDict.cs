using System.Globalization;
using System.Text;
using FcnService.Export.Networks;

namespace FcnService.Export.Weights.PyTorch;

/// <summary>
/// Finds the tensors of what a pickle made: those of a state_dict, or of a checkpoint that nests one. A tensor's name is the keys on the
/// way to it with points between; other values on the way are metadata.
/// </summary>
/// <param name="table">Takes the tensors.</param>
/// <param name="locate">Finds where the storage of a key lies: its place in the file, in bytes, and its length, in bytes.</param>
internal sealed class StateDict(TensorTable table, Func<string, (long Offset, long Length)> locate)
{
    private const int Deepest = 32;

    /// <summary>A container may be in many others, or in itself: what is reached through it multiplies.</summary>
    private const int MostVisits = 1_000_000;

    private readonly List<string> path = [];
    private int visits;

    /// <summary>Puts the tensors and the metadata into the table.</summary>
    /// <param name="root">What the pickle made.</param>
    /// <exception cref="InvalidDataException">There are no tensors, or one has no place in the file.</exception>
    public void Collect(object? root)
    {
        Visit(root);
        if (table.Tensors.Count == 0)
        {
            throw new InvalidDataException("its pickle holds no tensors; expected a state_dict, or a checkpoint with one");
        }
    }

    private void Visit(object? value)
    {
        if (++visits > MostVisits)
        {
            throw new InvalidDataException($"its pickle leads to more than {MostVisits} values; expected no more");
        }

        switch (value)
        {
            case PickledTensor tensor:
                table.Add(Store(path.Count == 0 ? "tensor" : Name(), tensor));
                break;
            case PickleDictionary dictionary:
                foreach (var (key, item) in dictionary)
                {
                    Visit(PickleGlobals.KeyOf(key) ?? "?", item);
                }

                break;
            case PickleList list:
                Visit(list);
                break;
            case PickleTuple tuple:
                Visit(tuple.Items);
                break;
            case string or bool or long or double when path.Count > 0:
                table.AddMetadata(Name(), Convert.ToString(value, CultureInfo.InvariantCulture)!);
                break;
            default:
                break;
        }
    }

    private void Visit(IReadOnlyList<object?> items)
    {
        for (var i = 0; i < items.Count; i++)
        {
            // Numbers in a row, such as a history of losses, would bury the metadata that matter.
            if (items[i] is PickledTensor or PickleDictionary or PickleList or PickleTuple)
            {
                Visit(i.ToString(CultureInfo.InvariantCulture), items[i]);
            }
        }
    }

    private void Visit(string key, object? value)
    {
        if (path.Count == Deepest)
        {
            throw new InvalidDataException($"its pickle nests deeper than {Deepest} levels; expected no deeper");
        }

        path.Add(key);
        Visit(value);
        path.RemoveAt(path.Count - 1);
    }

    private string Name()
    {
        const int Longest = 1000;
        var name = new StringBuilder();
        foreach (var key in path)
        {
            name.Append(name.Length == 0 ? string.Empty : ".").Append(key);
            if (name.Length > Longest)
            {
                throw new InvalidDataException($"its pickle has a name of more than {Longest} letters; expected no more");
            }
        }

        return name.ToString();
    }

    private StoredTensor Store(string name, PickledTensor tensor)
    {
        var storage = tensor.Storage;
        var size = storage.Type.Size();
        var shape = StoredTensor.ShapeOf(name, storage.Type, tensor.Dimensions);
        var dimensions = shape.Dimensions.ToArray();
        if (tensor.Strides.Length != dimensions.Length || tensor.Strides.Any(stride => stride < 0))
        {
            throw new InvalidDataException(
                $"tensor {name.Quoted()} of shape {shape} has strides [{string.Join(", ", tensor.Strides.Take(64))}]; " +
                "expected one for each axis, none negative");
        }

        if (shape.Count == 0)
        {
            return new StoredTensor(name, storage.Type, shape, new ContiguousBytes(0));
        }

        var (offset, length) = locate(storage.Key);
        var first = First(name, tensor, shape, length / size);
        return new StoredTensor(name, storage.Type, shape, StridedBytes.IsContiguous(dimensions, tensor.Strides)
            ? new ContiguousBytes(offset + first * size)
            : new StridedBytes(offset + first * size, size, dimensions, tensor.Strides));
    }

    /// <summary>The place of the first value among all of the key's, once it is sure that the last one is there, too.</summary>
    private static long First(string name, PickledTensor tensor, Shape shape, long available)
    {
        var storage = tensor.Storage;
        if (storage.Offset < 0 || storage.Count < 0 || storage.Offset > available - storage.Count)
        {
            throw new InvalidDataException(
                $"tensor {name.Quoted()} is of {storage.Count} values from {storage.Offset} on of storage {storage.Key.Quoted()}; " +
                $"expected a range within its {available}");
        }

        try
        {
            var span = StridedBytes.Span([.. shape.Dimensions], tensor.Strides);
            if (tensor.Offset >= 0 && checked(tensor.Offset + span) <= storage.Count && span * storage.Type.Size() <= Array.MaxLength)
            {
                return storage.Offset + tensor.Offset;
            }
        }
        catch (OverflowException)
        {
            // The message below says it all.
        }

        throw new InvalidDataException(
            $"tensor {name.Quoted()} of shape {shape} with strides [{string.Join(", ", tensor.Strides)}] from value {tensor.Offset} on " +
            $"leaves storage {storage.Key.Quoted()}; expected values within its {storage.Count}");
    }
}
