using FcnService.Export.Networks;

namespace FcnService.Export.Tests.Networks;

public sealed class ShapeTests
{
    [Fact]
    public void Count_OfNoDimensions_IsThatOfAScalar() => Assert.Equal(1, new Shape().Count);

    [Fact]
    public void Count_Above32Bits_IsExact() => Assert.Equal(105_226_698_752, new Shape(65536, 32768, 7, 7).Count);

    [Fact]
    public void Count_Above63Bits_Overflows() =>
        Assert.Throws<OverflowException>(() => new Shape(int.MaxValue, int.MaxValue, int.MaxValue).Count);

    [Fact]
    public void Constructor_NegativeDimension_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => new Shape(3, -1));

    [Fact]
    public void Equals_ComparesDimensionsInOrder()
    {
        Assert.Equal(new Shape(2, 3), new Shape(2, 3));
        Assert.Equal(new Shape(2, 3).GetHashCode(), new Shape(2, 3).GetHashCode());
        Assert.NotEqual(new Shape(2, 3), new Shape(3, 2));
        Assert.NotEqual(new Shape(2, 3), new Shape(2, 3, 1));
    }

    [Fact]
    public void ToString_ListsDimensions() => Assert.Equal("[16, 3, 3, 3]", new Shape(16, 3, 3, 3).ToString());
}
