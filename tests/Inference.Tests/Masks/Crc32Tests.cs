using FcnService.Inference.Masks;

namespace FcnService.Inference.Tests.Masks;

public sealed class Crc32Tests
{
    // The check value that catalogues of checksums give for CRC-32.
    [Fact]
    public void Of_TheDigits_IsTheCheckValueWhereverTheyAreSplit()
    {
        for (var split = 0; split <= 9; split++)
        {
            Assert.Equal(0xCBF43926, Crc32.Of("123456789"u8[..split], "123456789"u8[split..]));
        }
    }
}
