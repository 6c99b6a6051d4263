namespace FcnService.Export.Weights.PyTorch;

/// <summary>A storage in a row of them: how many values it has (8 bytes), and the values.</summary>
internal static class StorageReader
{
    /// <summary>Goes on after a storage.</summary>
    /// <returns>The values' place in the file, and their length; both in bytes.</returns>
    public static (long Offset, long Length) Skip(ByteReader reader, string key, ElementType type)
    {
        var count = reader.ReadInt64();
        if (count < 0 || count > reader.Remaining / type.Size())
        {
            throw new InvalidDataException(
                $"storage {key.Quoted()} says that it has {count} values of {type.Size()} bytes; expected at most the {reader.Remaining} " +
                "bytes that are left");
        }

        var storage = (reader.Position, count * type.Size());
        reader.Skip(count * type.Size());
        return storage;
    }
}
