using System.Buffers.Binary;
using System.Text;
using FcnService.Export.Networks;
using FcnService.Export.Weights;

namespace FcnService.Export.Tests.Weights;

public sealed class SafetensorsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Path => folder["test.safetensors"];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Read_ValidFile_GivesNamesShapesAndValues()
    {
        Write(
            """
            {"__metadata__":{"network":"test"},
             "b.bias":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},
             "a.weight":{"dtype":"F32","shape":[1,2,1],"data_offsets":[0,8]},
             "empty":{"dtype":"F32","shape":[0,5],"data_offsets":[8,8]},
             "scalar":{"dtype":"F32","shape":[],"data_offsets":[16,20]}}    
            """,
            // 1, -2, 0.5, 65504, the smallest number above zero; little-endian.
            [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0, 0, 0, 0, 0x3F, 0, 0xE0, 0x7F, 0x47, 1, 0, 0, 0]);

        var tensors = Safetensors.Read(Path);

        Assert.Equal(["b.bias", "a.weight", "empty", "scalar"], tensors.Select(tensor => tensor.Name));
        Assert.Equal([new Shape(2), new Shape(1, 2, 1), new Shape(0, 5), new Shape()], tensors.Select(tensor => tensor.Shape));
        Assert.Equal([0.5f, 65504f], tensors[0].Values);
        Assert.Equal([1f, -2f], tensors[1].Values);
        Assert.Equal([], tensors[2].Values);
        Assert.Equal([float.Epsilon], tensors[3].Values);
    }

    [Fact]
    public void Read_HeaderWithoutTensors_GivesNone()
    {
        Write("{}", []);

        Assert.Empty(Safetensors.Read(Path));
    }

    [Theory]
    [InlineData(0, "it has 0 bytes; expected at least 8, the header's length")]
    [InlineData(7, "it has 7 bytes; expected at least 8, the header's length")]
    [InlineData(8, "says that its header has 59 bytes; expected at most 0")]
    [InlineData(66, "says that its header has 59 bytes; expected at most 58")]
    [InlineData(67, "tensor \"a\" lies at bytes 0 to 8 of the data; expected a range within its 0 bytes")]
    [InlineData(74, "tensor \"a\" lies at bytes 0 to 8 of the data; expected a range within its 7 bytes")]
    public void Read_TruncatedFile_SaysWhereItEnds(int length, string fault)
    {
        Write("""{ "a" : {"dtype":"F32","shape":[2],"data_offsets":[0,8]} } """, new byte[8]);
        File.WriteAllBytes(Path, File.ReadAllBytes(Path)[..length]);

        AssertRefused(fault);
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 63)]
    [InlineData(100_000_001UL)]
    public void Read_LyingHeaderLength_IsRefused(ulong length)
    {
        var bytes = new byte[64];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        File.WriteAllBytes(Path, bytes);

        AssertRefused($"says that its header has {length} bytes; expected at most 56");
    }

    [Theory]
    // Not the JSON of a header.
    [InlineData("{", "its header is not valid JSON")]
    [InlineData("", "its header is not valid JSON")]
    [InlineData("{\"a\\ud800\":1}", "its header is not valid JSON")]
    [InlineData("{\"a\":t\u001B[2J\u0001}", "its header is not valid JSON: 't\\u001B[2J\\u0001")]
    [InlineData("[]", "its header is a JSON Array; expected an object")]
    // Entries of another form.
    [InlineData("""{"a":1}""", "tensor \"a\" is described otherwise than by")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2]}}""", "tensor \"a\" is described otherwise than by")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"more":1}}""", "tensor \"a\" is described otherwise than by")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"shape":[2],"data_offsets":[0,8]}}""", "tensor \"a\" is described otherwise than by")]
    [InlineData("""{"a":{"dtype":32,"shape":[2],"data_offsets":[0,8]}}""", "tensor \"a\" is described otherwise than by")]
    [InlineData("""{"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}""", "tensor \"a\" is described otherwise than by")]
    [InlineData("""{"a":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}""", "tensor \"a\" is described otherwise than by")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", "tensor \"a\" is described otherwise than by")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1,-2],"data_offsets":[0,8]}}""", "tensor \"a\" is described otherwise than by")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}""", "tensor \"a\" is described otherwise than by")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", "tensor \"a\" is described otherwise than by")]
    [InlineData("""{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}""", "tensor \"a\" is described otherwise than by")]
    // Types.
    [InlineData("""{"a":{"dtype":"Q4","shape":[2],"data_offsets":[0,8]}}""", "tensor \"a\" has dtype \"Q4\"; expected one of F64, F32, F16")]
    [InlineData("""{"a":{"dtype":"f32","shape":[2],"data_offsets":[0,8]}}""", "tensor \"a\" has dtype \"f32\"; expected one of F64, F32, F16")]
    [InlineData("""{"a":{"dtype":"1","shape":[2],"data_offsets":[0,8]}}""", "tensor \"a\" has dtype \"1\"; expected one of F64, F32, F16")]
    [InlineData("""{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,8]}}""", "of shape [2] takes 8 bytes in the file; expected 4")]
    // Metadata.
    [InlineData("""{"__metadata__":1}""", "its __metadata__ is not an object of strings")]
    [InlineData("""{"__metadata__":{"a":1}}""", "its __metadata__ is not an object of strings")]
    // Names.
    [InlineData(
        """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
        "its header has \"a\" twice")]
    // Offsets and shapes.
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""", "lies at bytes 0 to 12 of the data; expected a range within its 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "lies at bytes 8 to 0 of the data; expected a range within its 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", "of shape [3] takes 8 bytes in the file; expected 12")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}""", "of shape [1] takes 8 bytes in the file; expected 4")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967298],"data_offsets":[0,8]}}""", "has shape [4294967298]; expected one that fits into memory")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[2147483646,2147483646,2147483646,2],"data_offsets":[0,8]}}""",
        "has shape [2147483646, 2147483646, 2147483646, 2]; expected one that fits into memory")]
    [InlineData(
        // 2^62 values: four bytes each are 2^64, which is 0 in 64 bits.
        """{"a":{"dtype":"F32","shape":[1073741824,1073741824,4],"data_offsets":[0,0]}}""",
        "has shape [1073741824, 1073741824, 4]; expected one that fits into memory")]
    // Gaps and overlaps.
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "its tensors end at byte 4 of the data; expected its end, byte 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "tensor \"a\" begins at byte 4 of the data; expected 0")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
        "tensor \"b\" begins at byte 4 of the data; expected 8")]
    public void Read_FaultyHeader_SaysWhatIsWrong(string header, string fault)
    {
        Write(header, new byte[8]);

        AssertRefused(fault);
    }

    [Fact]
    public void Read_TensorAboveTheLargestArray_IsRefused()
    {
        Write("""{"a":{"dtype":"F32","shape":[536870912],"data_offsets":[0,2147483648]}}""", []);
        using (var file = File.OpenWrite(Path))
        {
            // Sparse: it takes no room on the disk.
            file.SetLength(file.Length + 2147483648);
        }

        AssertRefused($"tensor \"a\" has 2147483648 bytes; expected at most {Array.MaxLength}");
    }

    [Fact]
    public void Read_EveryType_GivesTheNumbers()
    {
        // 1 and 2 as each type: binary64, 32, 16, bfloat16, integers of 8, 4, 2, 1 bytes with and without sign, truth values.
        (string Type, byte[] One, byte[] Two)[] types =
        [
            ("F64", [0, 0, 0, 0, 0, 0, 0xF0, 0x3F], [0, 0, 0, 0, 0, 0, 0, 0x40]), ("F32", [0, 0, 0x80, 0x3F], [0, 0, 0, 0x40]),
            ("F16", [0, 0x3C], [0, 0x40]), ("BF16", [0x80, 0x3F], [0, 0x40]),
            ("I64", [1, 0, 0, 0, 0, 0, 0, 0], [2, 0, 0, 0, 0, 0, 0, 0]), ("I32", [1, 0, 0, 0], [2, 0, 0, 0]),
            ("I16", [1, 0], [2, 0]), ("I8", [1], [2]), ("U64", [1, 0, 0, 0, 0, 0, 0, 0], [2, 0, 0, 0, 0, 0, 0, 0]),
            ("U32", [1, 0, 0, 0], [2, 0, 0, 0]), ("U16", [1, 0], [2, 0]), ("U8", [1], [2]), ("BOOL", [1], [2]),
        ];
        foreach (var (type, one, two) in types)
        {
            Write($$$"""{"a":{"dtype":"{{{type}}}","shape":[2],"data_offsets":[0,{{{one.Length * 2}}}]}}""", [.. one, .. two]);

            Assert.Equal(type == "BOOL" ? [1, 1] : [1, 2], Assert.Single(Safetensors.Read(Path)).Values.ToArray());
        }
    }

    [Fact]
    public void Read_SignedTypes_GiveNegativeNumbers()
    {
        foreach (var (type, size) in new[] { ("I64", 8), ("I32", 4), ("I16", 2), ("I8", 1) })
        {
            Write(
                $$$"""{"a":{"dtype":"{{{type}}}","shape":[1],"data_offsets":[0,{{{size}}}]}}""", [.. Enumerable.Repeat((byte)0xFF, size)]);

            Assert.Equal([-1], Assert.Single(Safetensors.Read(Path)).Values.ToArray());
        }
    }

    [Fact]
    public void Read_MissingFile_NamesIt()
    {
        var fault = Assert.Throws<ExportException>(() => Safetensors.Read(folder["missing"])).Message;

        Assert.StartsWith($"{folder["missing"]} cannot be read: ", fault);
    }

    [Fact]
    public void Read_Folder_NamesIt() =>
        Assert.StartsWith($"{folder.Path} cannot be read: ", Assert.Throws<ExportException>(() => Safetensors.Read(folder.Path)).Message);

    private void AssertRefused(string fault)
    {
        var message = Assert.Throws<ExportException>(() => Safetensors.Read(Path)).Message;
        Assert.StartsWith($"{Path} is not a safetensors file that can be read: ", message);
        Assert.Contains(fault, message);
    }

    private void Write(string header, byte[] data)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)json.Length);
        File.WriteAllBytes(Path, [.. length, .. json, .. data]);
    }
}
