using System.Text;
using FcnService.Inference.Answers;
using FcnService.Inference.Geometry;
using FcnService.Inference.Labels;
using FcnService.Inference.Tests.Reference;
using FsCheck.Fluent;

namespace FcnService.Inference.Tests.Answers;

public sealed class RunLengthsTests
{
    [Fact]
    public void Of_AnyMap_IsDecodedToEachMask() =>
        Property.Holds(
            from size in Gen.Choose(1, 150).Two()
            from classes in Gen.Choose(1, 6)
            from isNoise in Gen.Elements(true, false)
            from seed in Gen.Choose(0, int.MaxValue)
            select (new ImageSize(size.Item1, size.Item2), classes, isNoise, seed),
            given =>
            {
                var (size, classes, isNoise, seed) = given;
                using var map = isNoise ? DrawnMaps.Noise(size, classes, seed) : DrawnMaps.Shapes(size, classes, seed);

                var masks = RunLengths.Of(map);

                for (var label = 0; label <= byte.MaxValue; label++)
                {
                    var expected = map.Labels.ToArray().Select(at => at == label).ToArray();
                    Assert.Equal(expected.Contains(true), masks[label] is not null);
                    if (masks[label] is { } mask)
                    {
                        Assert.Equal(expected, CocoMask.Decode(mask.Text, size.Width, size.Height));
                    }
                }
            });

    // What cocoapi's rleEncode and rleToString give for the same masks.
    [Theory]
    [InlineData(4, 2, "01100100", "233")]
    [InlineData(3, 3, "111111111", "09")]
    [InlineData(3, 3, "000010000", "414")]
    [InlineData(8, 6, "010101010011110011001100000111000111110000111001", "2130N0001003OO076GM0")]
    public void Of_SmallMask_IsTheTextOfCoco(int width, int height, string rows, string expected)
    {
        using var map = new ClassMap(new ImageSize(width, height));
        for (var i = 0; i < rows.Length; i++)
        {
            map.Labels[i] = (byte)(rows[i] - '0');
        }

        Assert.Equal(expected, Encoding.ASCII.GetString(RunLengths.Of(map)[1]!.Text));
    }
}
