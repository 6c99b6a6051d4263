using FcnService.Export.Weights;

namespace FcnService.Export.Tests.Weights;

public sealed class BilinearKernelTests
{
    [Fact]
    public void Create_Size1_IsOne() => Assert.Equal([1f], BilinearKernel.Create(1));

    [Fact]
    public void Create_OddSize_PeaksAtTheMiddle() =>
        Assert.Equal([0.25f, 0.5f, 0.25f, 0.5f, 1f, 0.5f, 0.25f, 0.5f, 0.25f], BilinearKernel.Create(3));

    [Fact]
    public void Create_EvenSize_IsSymmetricAboutTheMiddle()
    {
        float[] expected =
        [
            0.0625f, 0.1875f, 0.1875f, 0.0625f,
            0.1875f, 0.5625f, 0.5625f, 0.1875f,
            0.1875f, 0.5625f, 0.5625f, 0.1875f,
            0.0625f, 0.1875f, 0.1875f, 0.0625f,
        ];

        Assert.Equal(expected, BilinearKernel.Create(4));
    }

    [Theory]
    [InlineData(4, 2)]
    [InlineData(16, 8)]
    [InlineData(32, 16)]
    [InlineData(63, 32)]
    [InlineData(64, 32)]
    public void Create_StrideOfItsNet_KeepsAConstantImageConstant(int size, int stride)
    {
        var kernel = BilinearKernel.Create(size);

        // What falls onto one output pixel comes from every stride-th weight.
        for (var y = 0; y < stride; y++)
        {
            for (var x = 0; x < stride; x++)
            {
                var sum = 0.0;
                for (var i = y; i < size; i += stride)
                {
                    for (var j = x; j < size; j += stride)
                    {
                        sum += kernel[(i * size) + j];
                    }
                }

                Assert.Equal(1, sum, tolerance: 1e-6);
            }
        }
    }

    [Fact]
    public void Create_Size0_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => BilinearKernel.Create(0));
}
