using System.Text;
using FcnService.Inference.Answers;
using FcnService.Inference.Geometry;
using FcnService.Inference.Tests.Reference;

namespace FcnService.Inference.Tests.Answers;

public sealed class NumpyFormatTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 5)]
    [InlineData(123_456, 1)]
    public void Header_Shape_IsAlignedAndDescribed(int height, int width)
    {
        var header = NumpyFormat.Header("|u1", height, width);

        Assert.Equal(0, header.Length % 64);
        Assert.Equal([0x93, .. "NUMPY"u8, 1, 0], header[..8]);
        Assert.Equal(header.Length - 10, BitConverter.ToUInt16(header, 8));
        var description = Encoding.ASCII.GetString(header, 10, header.Length - 10);
        Assert.Equal($"{{'descr': '|u1', 'fortran_order': False, 'shape': ({height}, {width}), }}", description.TrimEnd());
        Assert.EndsWith("\n", description, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_Labels_ComeAfterTheHeader()
    {
        using var map = DrawnMaps.Noise(new ImageSize(7, 5), 200, seed: 1);
        using var file = new MemoryStream();

        NumpyFormat.Write(map, file);

        Assert.Equal([.. NumpyFormat.Header("|u1", 5, 7), .. map.Labels], file.ToArray());
    }
}
